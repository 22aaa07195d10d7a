import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { type Service, startService } from '../../local/service.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

const KEY = 'the-api-key-of-this-test';
const page = await readFile(new URL('../../docs/ci.md', import.meta.url), 'utf8');
const [, recipe = ''] = /^```bash\n(.*?)^```/ms.exec(page) ?? [];

let folder: string;
let simulator: Simulator;
let service: Service;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ci-recipe-'));
  simulator = await startSimulator({ waitingMs: 0, processingMs: 100 });
  service = await startService({
    ...{ host: '127.0.0.1', port: 0, dataDir: path.join(folder, 'data'), apiKeys: [KEY], alertEmails: [] },
    ...{ profiles: { default: defaultProfile(simulator.url) }, taskDeadlineMs: 60_000, pollMinIntervalMs: 100 },
    terminal: { write: () => undefined, colours: false },
    clock: systemClock,
    log: { info() {}, warn() {}, error() {} },
  });
  await writeFile(path.join(folder, 'import-api.sh'), recipe);
});

afterAll(async () => {
  await service.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

type Ended = { code: number; stdout: string; stderr: string };

/** Runs the recipe as a job does; only its pauses are made short. */
async function runRecipe(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const pause = 'sleep() { command sleep 0.2; }; export -f sleep; exec bash import-api.sh "$@"';
  const env = {
    PATH: process.env.PATH,
    // bash reads the .bashrc of a home when its standard input is a socket, as here.
    HOME: folder,
    API_URL: service.url,
    API_KEY: KEY,
    LABEL: 'orders 17',
    HUAWEICLOUD_APIG_ENDPOINT: simulator.url,
    HUAWEICLOUD_IAM_ENDPOINT: simulator.url,
    HUAWEICLOUD_REGION: DEFAULT_ACCOUNT.region,
    HUAWEICLOUD_SDK_PROJECT_ID: DEFAULT_ACCOUNT.projectId,
    HUAWEICLOUD_INSTANCE_ID: DEFAULT_ACCOUNT.instanceId,
    HUAWEICLOUD_DOMAIN_NAME: DEFAULT_ACCOUNT.domainName,
    HUAWEICLOUD_USER_NAME: DEFAULT_ACCOUNT.userName,
    HUAWEICLOUD_PASSWORD: DEFAULT_ACCOUNT.password,
    ...environment,
  };
  return promisify(execFile)('bash', ['-c', pause, 'bash', ...args], { cwd: folder, env }).then(
    (output) => ({ code: 0, ...output }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

/** An OpenAPI document with these paths, each with a backend as an import wants it, or without one. */
async function writeOpenApi(name: string, backends: Record<string, boolean>): Promise<string> {
  const backend = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: { 'result-content': '{}' } } };
  const paths = Object.fromEntries(
    Object.entries(backends).map(([route, hasBackend]) => [
      route,
      { get: { operationId: route.slice(1), responses: { 200: { description: 'well' } }, ...(hasBackend && backend) } },
    ]),
  );
  const document = { openapi: '3.0.1', info: { title: name, version: '1' }, paths };
  await writeFile(path.join(folder, `${name}.json`), JSON.stringify(document));
  return `${name}.json`;
}

describe('the recipe of docs/ci.md', () => {
  it.each(['bash', 'curl', 'jq'])('finds %s, without which it cannot be tried', async (tool) => {
    await expect(promisify(execFile)(tool, ['--version']), `install ${tool}`).resolves.toBeDefined();
  });

  it('imports, registers and waits until the task has succeeded', async () => {
    const ended = await runRecipe([await writeOpenApi('clean', { '/pets': true })], { WAIT: 'true' });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('"outcome": "succeeded"');
  });

  it('fails and shows the failed APIs when some were refused', async () => {
    const file = await writeOpenApi('partly', { '/good': true, '/bad': false });
    const ended = await runRecipe([file], { WAIT: 'true' });
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(ended.stdout).toContain('"outcome": "partially_succeeded"');
    expect(ended.stdout).toContain('"path": "/bad"');
  });

  it('ends after the registration, with its label, when it need not wait', async () => {
    const ended = await runRecipe([await writeOpenApi('quick', { '/fast': true })]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const [, taskId = ''] = /^task (\w+)$/m.exec(ended.stdout) ?? [];
    const response = await fetch(`${service.url}/tasks/${taskId}`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(await response.json()).toMatchObject({ label: 'orders 17', instance_id: DEFAULT_ACCOUNT.instanceId });
  });

  it.each([
    ['the password', { HUAWEICLOUD_PASSWORD: 'wrong-Password-1' }, '401'],
    ['the gateway', { HUAWEICLOUD_INSTANCE_ID: 'unknown' }, 'APIG.'],
    ['the API key', { API_KEY: 'wrong' }, '401'],
  ])('stops and says why when %s is wrong', async (_, environment, reason) => {
    const ended = await runRecipe([await writeOpenApi('stopped', { '/stop': true })], environment);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain(reason);
    const said = ended.stdout + ended.stderr;
    for (const secret of [KEY, DEFAULT_ACCOUNT.password, ...Object.values(environment)]) {
      if (secret.length > 10) expect(said).not.toContain(secret);
    }
  });
});
