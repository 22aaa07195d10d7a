import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { bundled, compileCache } from '../support/bundled.ts';
import { KEY, startDeployment } from './deployed.ts';

let deployed: Awaited<ReturnType<typeof startDeployment>>;
let folder: string;
let settingsFile: string;

beforeAll(async () => {
  deployed = await startDeployment();
  folder = await mkdtemp(path.join(tmpdir(), 'doctor-command-'));
  settingsFile = path.join(folder, 'settings.json');
  await writeFile(settingsFile, JSON.stringify({ alertEmails: ['people@example.com'] }));
});
afterAll(async () => {
  await deployed[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

type Ended = { status: number; stdout: string; stderr: string };

/** `npm run doctor -- …` with nothing of this machine's own environment. */
async function runDoctor(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const doctor = await bundled('doctor');
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...compileCache, DATA_DIR: folder, ...env } };
    execFile(process.execPath, [doctor, ...args], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const huaweiEnv = (sk: string) => ({
  HUAWEICLOUD_SDK_PROJECT_ID: DEFAULT_ACCOUNT.projectId,
  HUAWEICLOUD_INSTANCE_ID: DEFAULT_ACCOUNT.instanceId,
  HUAWEICLOUD_SDK_AK: DEFAULT_ACCOUNT.ak,
  HUAWEICLOUD_SDK_SK: sk,
  HUAWEICLOUD_APIG_ENDPOINT: deployed.simulator.url,
  HUAWEICLOUD_IAM_ENDPOINT: deployed.simulator.url,
});

describe('npm run doctor -- --local', () => {
  it('prints one line a finding and exits 0 when all is well', async () => {
    const env = { ...huaweiEnv(DEFAULT_ACCOUNT.sk), API_KEY: KEY, DATA_DIR: deployed.dataDir };
    const { status, stdout } = await runDoctor(['--local', deployed.service.url], env);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toBe(`checked the service at ${deployed.service.url}`);
    for (const line of lines.slice(1, -1)) expect(line).toMatch(/^ok {4}\S/);
    expect(stdout).toMatch(/^ok +messages +none waits to be delivered$/m);
    expect(lines.at(-1)).toBe('6 ok, 0 warnings, 0 failed');
    expect(status).toBe(0);
  });

  it('takes a key of API_KEYS_FILE that may read, and names the entries that are wrong', async () => {
    const file = path.join(folder, 'keys.json');
    const named = {
      starter: { key: 'a-key-that-may-start', scopes: ['start'] },
      doctor: { key: KEY, scopes: ['read'] },
    };
    await writeFile(file, JSON.stringify({ hashes: ['s3cr3t'], named }));
    const { stdout } = await runDoctor(['--local', deployed.service.url], { API_KEYS_FILE: file });
    expect(stdout).toMatch(/ok {4}api key +accepted/);
    expect(stdout).toMatch(/FAIL {2}api keys +hashes\.0 is not sha256/i);
    expect(stdout).not.toContain('s3cr3t');
  });

  it('takes the key that npm start keeps in DATA_DIR', async () => {
    await writeFile(path.join(folder, 'api-key'), `${KEY}\n`);
    const { stdout } = await runDoctor(['--local', deployed.service.url]);
    expect(stdout).toMatch(/ok {4}api key +accepted/);
  });

  it('exits 1 with a fix beside each failure, and prints no secret', async () => {
    const secrets = ['a-wrong-secret-key-of-mine', 'a-wrong-api-key-of-mine', 'T00/B00/slack-part-of-mine'];
    deployed.slack.answerWith('x', { status: 404, body: 'no_service' });
    const env = {
      ...huaweiEnv(secrets[0] ?? ''),
      API_KEY: secrets[1] ?? '',
      SLACK_WEBHOOK_URL: deployed.slack.url('x'),
    };
    const { status, stdout, stderr } = await runDoctor(['--local', deployed.service.url], env);
    const failures = stdout.split('\n').filter((line) => line.startsWith('FAIL'));
    expect(failures).toHaveLength(3);
    for (const line of failures) expect(line).toMatch(/; fix: .{10}/);
    for (const secret of [...secrets, deployed.slack.url('x')]) expect(stdout + stderr).not.toContain(secret);
    expect(status).toBe(1);
  });

  it('says the same to machines', async () => {
    const { status, stdout } = await runDoctor(['--local', deployed.service.url, '--json'], {
      API_KEY: 'not-a-key-at-all',
    });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: false, target: `the service at ${deployed.service.url}` });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ check: 'api key', message: 'refused', fix: expect.stringContaining('DATA_DIR') }),
    );
    expect(status).toBe(1);
  });
});

describe('npm run doctor', () => {
  const aws = () => ({
    AWS_ENDPOINT_URL: deployed.aws.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: path.join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'),
  });

  it('examines the stack of the settings, with the AWS settings of the shell', async () => {
    deployed.slack.answerWith('ops', { status: 400, body: 'no_text' });
    const { stdout } = await runDoctor(['--settings', settingsFile], aws());
    expect(stdout).toContain('checked the stack ApigTaskNotifier\nok    stack');
    expect(stdout).toMatch(/ok {4}huawei default +credentials accepted/);
    expect(stdout).toMatch(/ok {4}slack ops +alive/);
    expect(stdout).not.toContain(deployed.slack.url('ops'));
  });

  it('examines another stack where it is told so', async () => {
    const { status, stdout } = await runDoctor(['--stack', 'Elsewhere'], aws());
    expect(stdout).toMatch(/FAIL {2}stack +there is no stack Elsewhere in this account and region; fix: deploy with/);
    expect(status).toBe(1);
  });

  it('says how to sign in to AWS', async () => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...env } = aws();
    const { status, stdout } = await runDoctor([], { ...env, AWS_EC2_METADATA_DISABLED: 'true' });
    expect(stdout).toMatch(/FAIL {2}stack .*; fix: sign in to AWS in this shell/);
    expect(status).toBe(1);
  });
});

describe('wrong usage', () => {
  it.each([
    [['--bogus'], "Unknown option '--bogus'"],
    [['http://127.0.0.1'], '"http://127.0.0.1" can only be used with --local.'],
    [['--local', 'not a url'], '"not a url" is not an http or https URL.'],
    [['--local', 'http://127.0.0.1', 'more'], '--local takes one URL; "more" is a second one.'],
    [['--settings', '/nowhere/settings.json'], '/nowhere/settings.json'],
  ])('%j exits 2 and says first what is wrong', async (args, complaint) => {
    const { status, stdout, stderr } = await runDoctor(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.split('\n', 1)[0]).toContain(complaint);
  });

  it('--help is none', async () => {
    const { status, stdout } = await runDoctor(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('Exit status: 0 no failures');
  });
});
