import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLocalConfig } from '../../local/local-config.ts';

const AK_SK = {
  HUAWEICLOUD_REGION: 'eu-west-101',
  HUAWEICLOUD_SDK_PROJECT_ID: 'p1',
  HUAWEICLOUD_SDK_AK: 'AK',
  HUAWEICLOUD_SDK_SK: 'sk-secret',
};

const [NEW, OLD, THIRD] = [1, 2, 3].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`);

async function profilesFile(content: unknown): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'profiles-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'profiles.json');
  await writeFile(file, JSON.stringify(content));
  return file;
}

describe('the environment of npm start', () => {
  it('needs nothing, and then has no profiles', () => {
    expect(readLocalConfig({})).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', DATA_DIR: '.data', apiKeys: [] });
    expect(readLocalConfig({}).profiles).toBeUndefined();
  });

  it('makes the default profile of the SDK names', () => {
    expect(readLocalConfig(AK_SK).profiles).toEqual({
      default: { region: 'eu-west-101', project_id: 'p1', ak: 'AK', sk: 'sk-secret' },
    });
  });

  it('adds the default profile to those of a file, and the endpoints to those without any', async () => {
    const other = { region: 'cn-north-4', project_id: 'p2', auth_token: 'token' };
    const HUAWEICLOUD_PROFILES_FILE = await profilesFile({ profiles: { other } });
    const endpoint = 'http://127.0.0.1:8080';
    const { profiles } = readLocalConfig({
      ...AK_SK,
      HUAWEICLOUD_PROFILES_FILE,
      HUAWEICLOUD_APIG_ENDPOINT: endpoint,
    });
    expect(Object.keys(profiles ?? {})).toEqual(['other', 'default']);
    expect(profiles?.other).toEqual({ ...other, apig_endpoint: endpoint });
  });

  it('takes the webhook secrets of the default profile, newest first, in the place of those of a file', async () => {
    const secrets = { WEBHOOK_SECRETS: ` ${NEW}, ${OLD}` };
    expect(readLocalConfig({ ...AK_SK, ...secrets }).profiles?.default?.webhook_secrets).toEqual([NEW, OLD]);
    const profile = { region: 'cn-north-4', project_id: 'p2', auth_token: 'token', webhook_secrets: [THIRD] };
    const HUAWEICLOUD_PROFILES_FILE = await profilesFile({ profiles: { default: profile, other: profile } });
    expect(readLocalConfig({ HUAWEICLOUD_PROFILES_FILE, ...secrets }).profiles).toEqual({
      default: { ...profile, webhook_secrets: [NEW, OLD] },
      other: profile,
    });
    expect(readLocalConfig({ HUAWEICLOUD_PROFILES_FILE }).profiles?.default).toEqual(profile);
  });

  it('keeps webhook secrets for the simulator that stands in where there are no credentials', () => {
    expect(readLocalConfig({ WEBHOOK_SECRETS: NEW })).toMatchObject({ profiles: undefined, webhookSecrets: [NEW] });
  });

  it('refuses webhook secrets where there is no default profile to sign with them', async () => {
    const other = { region: 'cn-north-4', project_id: 'p2', auth_token: 'token' };
    const HUAWEICLOUD_PROFILES_FILE = await profilesFile({ profiles: { other } });
    const read = () => readLocalConfig({ HUAWEICLOUD_PROFILES_FILE, WEBHOOK_SECRETS: NEW });
    expect(read).toThrow('WEBHOOK_SECRETS is for the profile "default", which is not there');
  });

  it('splits lists and forgets blanks', () => {
    expect(readLocalConfig({ API_KEYS: ' a , ,b' }).apiKeys).toEqual(['a', 'b']);
  });

  it.each([
    [{ PORT: 'eighty' }, 'PORT must be a whole number'],
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535'],
    [{ POLL_MIN_INTERVAL_MS: '0' }, 'POLL_MIN_INTERVAL_MS must be a whole number from 1 to 300000'],
    [{ SMTP_URL: 'smtp://user:pw@mail' }, 'ALERT_EMAILS is not'],
    [{ ...AK_SK, HUAWEICLOUD_SDK_SK: '' }, 'sk is missing'],
    [{ ...AK_SK, HUAWEICLOUD_AUTH_TOKEN: 't' }, 'more than one way to sign in'],
    [
      { WEBHOOK_SECRETS: `${NEW},whsec_sk-secret` },
      'WEBHOOK_SECRETS[1] must be whsec_ and the base64 of 24 random bytes',
    ],
    [{ WEBHOOK_SECRETS: [NEW, OLD, THIRD].join() }, 'WEBHOOK_SECRETS has more than two'],
    [{ HUAWEICLOUD_PROFILES_FILE: '/nowhere/at-all' }, 'HUAWEICLOUD_PROFILES_FILE cannot be read'],
  ])('refuses %j and says what to change', (environment, complaint) => {
    expect(() => readLocalConfig(environment)).toThrow(complaint);
    expect(() => readLocalConfig(environment)).not.toThrow(/sk-secret|user:pw/);
  });
});
