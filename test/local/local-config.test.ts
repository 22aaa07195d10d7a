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

const KEY = 'a-key-that-is-long-enough';
const [NEW, OLD, THIRD] = [1, 2, 3].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`);

async function profilesFile(content: unknown): Promise<string> {
  return textFile(JSON.stringify(content));
}

async function textFile(text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'profiles-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'profiles.json');
  await writeFile(file, text);
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
    expect(read).toThrow('WEBHOOK_SECRETS is for the profile "default", which does not exist');
  });

  it('splits lists and forgets blanks', () => {
    expect(readLocalConfig({ API_KEYS: ` ${KEY} , ,${KEY}-2` }).apiKeys).toEqual([KEY, `${KEY}-2`]);
  });

  it.each([
    [{ PORT: 'eighty' }, 'PORT must be a whole number'],
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535'],
    [{ POLL_MIN_INTERVAL_MS: '0' }, 'POLL_MIN_INTERVAL_MS must be a whole number from 1 to 300000'],
    [{ TASK_DEADLINE_MS: '0' }, 'TASK_DEADLINE_MS must be a whole number from 1 to 2592000000'],
    [{ API_KEYS: `${KEY},sk-secret` }, 'API_KEYS: entry 2 is shorter than 16 characters'],
    [{ API_KEYS: 'a key of sk-secret' }, 'API_KEYS: entry 1 has spaces or characters beyond ASCII'],
    [{ API_KEYS: 'clé-secrète-sk-secret' }, 'API_KEYS: entry 1 has spaces or characters beyond ASCII'],
    [{ API_KEYS_FILE: '/nowhere/at-all' }, 'API_KEYS_FILE cannot be read (ENOENT)'],
    [{ API_KEYS_FILE: 'README.md' }, 'API_KEYS_FILE is not JSON: see line 1 column 1'],
    [{ SIMULATOR_PORT: 'abc' }, 'SIMULATOR_PORT must be a whole number from 0 to 65535'],
    [{ ALLOW_LOOPBACK_CALLBACKS: 'yes' }, 'ALLOW_LOOPBACK_CALLBACKS must be "true" or "false"'],
    [{ SMTP_URL: 'smtp://user:pw@mail' }, 'SMTP_URL is set but ALERT_EMAILS is not'],
    [{ ALERT_EMAILS: 'you@example.com' }, 'ALERT_EMAILS is set but SMTP_URL is not'],
    [{ SMTP_URL: 'mail://user:pw@mail', ALERT_EMAILS: 'you@example.com' }, 'SMTP_URL must start with smtp://'],
    [{ SMTP_URL: 'smtp://mail', ALERT_EMAILS: 'foo' }, 'ALERT_EMAILS: "foo" is not an e-mail address'],
    [{ ALERT_EMAILS: 'a@example.com,smtp://user:pw@mail' }, 'ALERT_EMAILS: entry 2 is not an e-mail address'],
    [{ SLACK_WEBHOOK_URL: 'sk-secret' }, 'SLACK_WEBHOOK_URL must be an https URL'],
    [{ ...AK_SK, HUAWEICLOUD_SDK_SK: '' }, 'sk is missing (ak + sk go together); see HUAWEICLOUD_SDK_SK'],
    [{ ...AK_SK, HUAWEICLOUD_SDK_PROJECT_ID: '' }, 'HUAWEICLOUD_SDK_PROJECT_ID is not set'],
    [{ HUAWEICLOUD_SDK_SECURITY_TOKEN: 'sk-secret' }, 'there is no way to sign in'],
    [{ DATA_DIR: 'package.json' }, 'DATA_DIR package.json is not a writable folder'],
    [{ DATA_DIR: 'package.json/data' }, 'is not a writable folder'],
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

  it.each([
    ['HUAWEICLOUD_AK', 'did you mean HUAWEICLOUD_SDK_AK?'],
    ['HUAWEICLOUD_SECRET_ACCESS_KEY', 'did you mean HUAWEICLOUD_SDK_SK?'],
    ['HUAWEICLOUD_SDK_REGION', 'did you mean HUAWEICLOUD_REGION?'],
    ['HUAWEICLOUD_USERNAME', 'did you mean HUAWEICLOUD_USER_NAME?'],
    ['HUAWEICLOUD_PASWORD', 'did you mean HUAWEICLOUD_PASSWORD?'],
    ['HUAWEICLOUD_TOKEN', 'did you mean HUAWEICLOUD_SDK_SECURITY_TOKEN or HUAWEICLOUD_AUTH_TOKEN?'],
    ['HUAWEICLOUD_MOON', 'unset it'],
  ])('refuses the unknown name %s', (name, complaint) => {
    const read = () => readLocalConfig({ ...AK_SK, [name]: 'sk-secret' });
    expect(read).toThrow(`${name} is not a known variable: ${complaint}`);
    expect(read).not.toThrow('sk-secret');
  });

  it("leaves names of Huawei Cloud's own SDK alone", () => {
    expect(readLocalConfig({ ...AK_SK, HUAWEICLOUD_SDK_DOMAIN_ID: 'd' }).warning).toBeUndefined();
  });

  it('tells all problems at once', async () => {
    const HUAWEICLOUD_PROFILES_FILE = await textFile('{"profiles": sk-secret}');
    const environment = { PORT: 'abc', SLACK_WEBHOOK_URL: 'x', HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_PROFILES_FILE };
    expect(() => readLocalConfig(environment)).toThrow(/has 6 problem/);
  });

  it.each([
    ['{"profiles": {"default": {"sk": "sk-secret', 'ends too early, line 1 column 43'],
    ['{"profiles":\n  sk-secret}', 'is not JSON: see line 2 column 3'],
    ['{"profiles": {},}', 'is not JSON: see line 1 column 17'],
    ['', 'ends too early, line 1 column 1'],
  ])('says where the profiles file %j is no JSON, and nothing of what is in it', async (text, complaint) => {
    const HUAWEICLOUD_PROFILES_FILE = await textFile(text);
    const read = () => readLocalConfig({ HUAWEICLOUD_PROFILES_FILE });
    expect(read).toThrow(`HUAWEICLOUD_PROFILES_FILE ${complaint}`);
    expect(read).not.toThrow('sk-secret');
  });

  it('refuses a profiles file that names no profile', async () => {
    const HUAWEICLOUD_PROFILES_FILE = await profilesFile({ profiles: {} });
    const complaint = 'HUAWEICLOUD_PROFILES_FILE contains no profile';
    expect(() => readLocalConfig({ HUAWEICLOUD_PROFILES_FILE })).toThrow(complaint);
    expect(() => readLocalConfig({ ...AK_SK, HUAWEICLOUD_PROFILES_FILE })).toThrow(complaint);
  });

  it('reads a profiles file that begins with a byte order mark', async () => {
    const other = { region: 'cn-north-4', project_id: 'p2', auth_token: 'token' };
    const HUAWEICLOUD_PROFILES_FILE = await textFile(`\uFEFF${JSON.stringify({ profiles: { other } })}`);
    expect(readLocalConfig({ HUAWEICLOUD_PROFILES_FILE }).profiles).toEqual({ other });
  });

  it('warns of what is set without credentials, and leaves it to the simulator', () => {
    const { HUAWEICLOUD_REGION } = AK_SK;
    const one = readLocalConfig({ HUAWEICLOUD_REGION });
    expect(one.profiles).toBeUndefined();
    expect(one.warning).toBe(
      'HUAWEICLOUD_REGION is set, but no credentials are: ' +
        'set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (or unset it for the simulator)',
    );
    const two = { HUAWEICLOUD_INSTANCE_ID: 'g', HUAWEICLOUD_APIG_ENDPOINT: 'https://apig.example.com' };
    expect(readLocalConfig(two).warning).toMatch(
      /^HUAWEICLOUD_INSTANCE_ID, HUAWEICLOUD_APIG_ENDPOINT are set, .* \(or unset them for the simulator\)$/,
    );
    expect(readLocalConfig({}).warning).toBeUndefined();
    expect(readLocalConfig(AK_SK).warning).toBeUndefined();
  });

  it('takes an address with a name', () => {
    const { alertEmails } = readLocalConfig({ SMTP_URL: 'smtp://mail', ALERT_EMAILS: 'Ops <ops@localhost>,b@c.de' });
    expect(alertEmails).toEqual(['Ops <ops@localhost>', 'b@c.de']);
  });
});
