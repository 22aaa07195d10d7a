import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID } from '../../simulator/defaults.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { prepareVenv } from '../e2e/emulator/python.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const backend = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
const FILE = JSON.stringify({
  swagger: '2.0',
  info: { title: 'sdk-orders', version: '1' },
  basePath: '/v1',
  paths: { '/订单/{id}': { get: { operationId: 'getOrder', ...backend } } },
});

let answers: Record<string, unknown>;

beforeAll(async () => {
  const { python } = await prepareVenv(here('../../.venv-sdk'), here('python/requirements.txt'));
  const folder = await mkdtemp(path.join(tmpdir(), 'sdk-'));
  const simulator = await startSimulator({ waitingMs: 20, processingMs: 50 });
  try {
    const file = path.join(folder, 'orders v1, final.json');
    await writeFile(file, FILE);
    const { region: REGION, instanceId: INSTANCE_ID, ak: AK, sk: SK } = DEFAULT_ACCOUNT;
    const account = { REGION, INSTANCE_ID, AK, SK, ENVIRONMENT_ID: RELEASE_ENVIRONMENT_ID };
    const env = { ...account, SIMULATOR_URL: simulator.url, FILE: file, HOME: folder, PYTHONUTF8: '1' };
    const { stdout } = await promisify(execFile)(python, [here('python/drive_simulator.py')], { env, timeout: 60_000 });
    answers = JSON.parse(stdout);
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true });
  }
});

it('imports a file once with the official SDK for Python, which looks its project id up', () => {
  const success = [{ action: 'create', method: 'GET', path: '/v1/订单/{id}' }];
  expect(answers.first).toMatchObject({ status: 'succeed', type: 'import_api', result: { success, failure: [] } });
  expect(answers.second).toMatchObject({ status: 'failed', result: { error_code: 'APIG.3201' } });
});

it('exports what was imported', () => {
  const { result } = answers.exported as { result: { FileType: string; Comment: string } };
  expect(result.FileType).toBe('.yaml');
  expect(result.Comment).toContain('/v1/订单/{id}:');
});

it('publishes what was imported, and finds its group by name', () => {
  const { result } = answers.first as { result: { success: { id: string }[] } };
  expect(answers.published).toEqual({ success: result.success.map(({ id }) => id), failure: 0 });
  expect(answers.groups).toBe(true);
});

it('understands the refusals', () => {
  expect(answers.unknownTask).toEqual({ status: 404, code: 'APIG.3093' });
  expect(answers.wrongKey).toEqual({ status: 401, code: 'APIGW.0301' });
});
