import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { API_KEY, type ServiceProcess, startServiceProcess } from './service-process.ts';

let dataDir: string;
let simulator: Simulator;
const running: ServiceProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-starts-'));
  simulator = await startSimulator({ waitingMs: 100, processingMs: 100 });
});

afterEach(async () => {
  for (const service of running.splice(0)) await service.kill();
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startServiceProcess({ simulator, dataDir, environment });
  running.push(service);
  return service;
}

type Answer = { status: number; body: Record<string, unknown> & { task_id?: string } };

async function ask(url: string, target: string, init: RequestInit = {}, key?: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${API_KEY}`, ...init.headers, ...(key && { 'idempotency-key': key }) };
  const response = await fetch(url + target, { ...init, headers });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const mock = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };

function postImport(url: string, key?: string, padding = '', fields: Record<string, string> = {}): Promise<Answer> {
  const document = { swagger: '2.0', info: { title: 'orders', description: padding }, paths: { '/a': { get: mock } } };
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set('file_name', new File([JSON.stringify(document)], 'orders.json'));
  return ask(url, '/imports', { method: 'POST', body }, key);
}

function postExport(url: string, key?: string): Promise<Answer> {
  const body = JSON.stringify({ group_id: SMALL_GROUP_ID, env_id: RELEASE_ENVIRONMENT_ID });
  return ask(url, '/exports', { method: 'POST', body, headers: { 'content-type': 'application/json' } }, key);
}

describe('starts of npm start', () => {
  it('imports in one call, and answers a waiting request as soon as the task has ended', async () => {
    const { url } = await start({ POLL_MIN_INTERVAL_MS: '100' });
    const imported = await postImport(url);
    expect(imported).toMatchObject({ status: 202, body: { state: 'pending', task_type: 'import_api' } });
    const ended = await ask(url, `/tasks/${imported.body.task_id}?wait=20`);
    expect(ended.body).toMatchObject({ state: 'final', outcome: 'succeeded', summary: { created: 1 } });
  });

  it('publishes what an import made before it tells of it, and tries again while that cannot be done', async () => {
    simulator.control.setFault({ fault: { kind: 'error', status: 503 }, match: { route: 'publish' }, times: 1 });
    const { url } = await start({ POLL_MIN_INTERVAL_MS: '100' });
    const { body } = await postImport(url, undefined, '', { publish_to: RELEASE_ENVIRONMENT_ID });
    const ended = await ask(url, `/tasks/${body.task_id}?wait=20`);
    expect(ended.body).toMatchObject({
      outcome: 'succeeded',
      summary: { created: 1, published: 1 },
      result: { published: 1 },
    });
    expect(simulator.control.stats().byRoute.publish).toBe(2);
  });

  it('says which APIs could not be published, and why', async () => {
    const { url } = await start({ POLL_MIN_INTERVAL_MS: '100' });
    const { body } = await postImport(url, undefined, '', { publish_to: 'no-such-environment' });
    const ended = await ask(url, `/tasks/${body.task_id}?wait=20`);
    expect(ended.body).toMatchObject({
      outcome: 'partially_succeeded',
      summary: { created: 1, failed: 0, unpublished: 1 },
      result: {
        published: 0,
        publish_failures: [{ method: 'GET', path: '/a', error_code: 'APIG.3003', help: expect.any(String) }],
      },
    });
  });

  it('takes a file of more than a megabyte, and refuses one of more than twelve', async () => {
    const { url } = await start();
    expect((await postImport(url, undefined, 'x'.repeat(5_000_000))).status).toBe(202);
    const refused = await postImport(url, undefined, 'x'.repeat(13_000_000));
    expect(refused).toMatchObject({ status: 413 });
  });

  it('serves no starts with STARTS=false', async () => {
    const { url } = await start({ STARTS: 'false' });
    expect(await postExport(url)).toMatchObject({ status: 404, body: { type: expect.stringContaining('starts-off') } });
  });

  it('starts an export again whose process was killed before it had the answer', async () => {
    const first = await start();
    simulator.control.setFault({ fault: { kind: 'hang', takesEffect: true }, match: { route: 'export' }, times: 1 });
    const lost = postExport(first.url, 'k').catch(() => 'no answer');
    await expect.poll(() => simulator.control.stats().byRoute.export).toBe(1);
    await first.kill();
    expect(await lost).toBe('no answer');
    const second = await start();
    await expect.poll(() => simulator.control.stats().byRoute.export, { timeout: 10_000 }).toBe(2);
    await expect.poll(async () => (await postExport(second.url, 'k')).status, { timeout: 10_000 }).toBe(200);
    expect(simulator.control.stats().byRoute.export).toBe(2);
  });

  it('reports an import whose process was killed before it had the answer, and starts it no more', async () => {
    const first = await start();
    simulator.control.setFault({ fault: { kind: 'hang', takesEffect: true }, match: { route: 'import' }, times: 1 });
    const lost = postImport(first.url, 'k').catch(() => 'no answer');
    await expect.poll(() => simulator.control.stats().byRoute.import).toBe(1);
    await first.kill();
    expect(await lost).toBe('no answer');
    const second = await start();
    await expect.poll(async () => (await postImport(second.url, 'k')).status, { timeout: 10_000 }).toBe(504);
    const answer = await postImport(second.url, 'k');
    expect(answer.body).toMatchObject({ type: expect.stringContaining('start-unknown'), group_name: 'orders' });
    expect(answer.body.group_id).toMatch(/^[0-9a-f]{32}$/);
    expect(simulator.control.stats().byRoute.import).toBe(1);
  });
});
