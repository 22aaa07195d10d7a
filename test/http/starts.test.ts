import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHuaweiStarts } from '../../functions/huawei/starts.ts';
import { createStarts } from '../../functions/starts/starts.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { createVirtualClock, silentLog } from '../support/fixtures.ts';
import { createMemoryIntents } from '../support/memory-intents.ts';
import { createMemoryPending } from '../support/memory-stores.ts';
import { createApi, type Reply } from './support/api.ts';

const { instanceId, projectId } = DEFAULT_ACCOUNT;
const mock = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
const FILE = JSON.stringify({ swagger: '2.0', info: { title: 'orders' }, paths: { '/a': { get: mock } } });
const EXPORT = { group_id: SMALL_GROUP_ID, env_id: RELEASE_ENVIRONMENT_ID };

let simulator: Simulator;
let huawei: ReturnType<typeof createHuaweiStarts>;
beforeEach(async () => {
  simulator = await startSimulator({ waitingMs: 0, processingMs: 0 });
  const profiles = { default: defaultProfile(simulator.url) };
  huawei = createHuaweiStarts({
    profiles: async () => ({ profiles }),
    clock: { now: Date.now, sleep: async () => {} },
  });
});
afterEach(async () => {
  await huawei.close();
  await simulator.close();
});

function setUp() {
  const clock = createVirtualClock(Date.now());
  const pending = createMemoryPending();
  const intents = createMemoryIntents(clock);
  const starts = createStarts({
    intents,
    huawei,
    pending,
    results: { get: async () => undefined },
    clock,
    log: silentLog,
  });
  const api = createApi({
    pending,
    clock,
    starts,
    profiles: async () => ({ default: { project_id: projectId, instance_id: instanceId } }),
  });
  return { ...api, pending, intents, clock, starts };
}

type Api = ReturnType<typeof setUp>;

async function postImport(api: Api, fields: Record<string, string | File> = {}, key?: string): Promise<Reply> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ file_name: new File([FILE], 'orders.json'), ...fields }))
    form.set(name, value);
  const response = new Response(form);
  const headers = {
    'content-type': response.headers.get('content-type') ?? '',
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  return api.call('POST', '/imports', { rawBody: Buffer.from(await response.arrayBuffer()), headers });
}

const postExport = (api: Api, body: object = EXPORT, key?: string) =>
  api.call('POST', '/exports', { body, headers: key === undefined ? {} : { 'idempotency-key': key } });
const started = () => simulator.control.stats().byRoute;
const faultOn = (route: 'import' | 'export', fault: Fault, times = 1) =>
  simulator.control.setFault({ fault, match: { route }, times });

describe('POST /imports', () => {
  it('starts an import with the form of Huawei and answers with the task', async () => {
    const api = setUp();
    const context = { run_url: 'https://ci.example.com/1' };
    const fields = { is_create_group: 'true', label: 'nightly', deadline_seconds: '600' };
    const reply = await postImport(api, { ...fields, context: JSON.stringify(context) });
    expect(reply.status).toBe(202);
    const task = reply.json();
    expect(task).toMatchObject({
      state: 'pending',
      task_type: 'import_api',
      context,
      label: 'nightly',
      instance_id: instanceId,
    });
    expect(task.file).toEqual({
      name: 'orders.json',
      size_bytes: FILE.length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(reply.headers).toMatchObject({ location: `/tasks/${task.task_id}`, 'retry-after': expect.any(String) });
    expect(api.pending.rows.get(task.task_id)).toMatchObject({
      deadlineAtMs: expect.any(Number),
      taskType: 'import_api',
      groupName: 'orders',
    });
    expect(task.group_name).toBe('orders');
    expect(simulator.control.task(task.task_id)?.status).toBe('succeed');
  });

  it('notes who has started what', async () => {
    const api = setUp();
    const imported = await postImport(api);
    const exported = await postExport(api);
    await postImport(api, { api_mode: 'replace' });
    expect(api.changes).toEqual([
      { key: '(unnamed)', action: 'import', task_id: imported.json().task_id },
      { key: '(unnamed)', action: 'export', task_id: exported.json().task_id },
    ]);
  });

  it('names the group that it imports into, and unpacks gzip', async () => {
    const file = new File([new Uint8Array(gzipSync(FILE))], 'orders.json.gz');
    const fields = { is_create_group: 'false', group_id: SMALL_GROUP_ID, publish_to: RELEASE_ENVIRONMENT_ID };
    const reply = await postImport(setUp(), { file_name: file, ...fields });
    expect(reply.json()).toMatchObject({ group_id: SMALL_GROUP_ID, publish_to: RELEASE_ENVIRONMENT_ID });
    expect(reply.json()).not.toHaveProperty('group_name');
    expect(reply.json().file).toMatchObject({ size_bytes: FILE.length });
  });

  it('warns of a header that makes an import fail, and starts it', async () => {
    const parameters = [{ name: 'X-Auth-Token', in: 'header', type: 'string' }];
    const text = JSON.stringify({ ...JSON.parse(FILE), paths: { '/a': { get: { ...mock, parameters } } } });
    const reply = await postImport(setUp(), { file_name: new File([text], 'a') });
    expect([reply.status, reply.json().warnings]).toEqual([202, [expect.stringContaining('X-Auth-Token')]]);
  });

  it.each([
    ['ab', true],
    ['1st', true],
    ['x'.repeat(65), true],
    ['Orders 2', false],
    ['订单服务', false],
  ])('warns of a title that cannot name a group: %s, %s', async (title, isWarned) => {
    const file_name = new File([JSON.stringify({ ...JSON.parse(FILE), info: { title } })], 'a');
    const { warnings = [] } = (await postImport(setUp(), { file_name })).json();
    expect(warnings).toEqual(isWarned ? [expect.stringContaining('3 to 64 characters that start with a letter')] : []);
    const into = { file_name, is_create_group: 'false', group_id: SMALL_GROUP_ID };
    expect((await postImport(setUp(), into)).json()).not.toHaveProperty('warnings');
  });

  it.each<[string, Record<string, string | File>, string]>([
    ['a label of 140 characters', { label: 'x'.repeat(140) }, '"label" must be 1 to 128'],
    ['an unknown profile', { profile: 'nobody' }, '"profile" is not a configured profile'],
    ['an unknown field', { is_create_groups: 'true' }, '"is_create_groups" is not a known field'],
    ['an unknown mode', { api_mode: 'replace' }, '"api_mode" must be "merge" or "override"'],
    ['a deadline that is too short', { deadline_seconds: '5' }, '"deadline_seconds" must be a whole number'],
    ['a deadline in words', { deadline_seconds: 'soon' }, '"deadline_seconds" must be a whole number'],
    ['no group', { is_create_group: 'false' }, '"group_id" is required with is_create_group=false'],
    ['a callback without TLS', { callback_url: 'http://example.com/' }, '"callback_url" '],
    ['OpenAPI 3.1', { file_name: new File(['{"openapi":"3.1.0"}'], 'a') }, '"file_name" is OpenAPI 3.1.0'],
    ['an empty file', { file_name: new File([''], 'a') }, '"file_name" is empty'],
    ['no file', { file_name: 'orders.json' }, '"file_name" must be a file'],
  ])('refuses %s before anything starts', async (_, fields, detail) => {
    const reply = await postImport(setUp(), fields);
    expect([reply.status, reply.json().detail]).toEqual([400, expect.stringContaining(detail)]);
    expect(started().import).toBeUndefined();
  });

  it('gives the same request under a key the same task, and refuses another request', async () => {
    const api = setUp();
    const first = await postImport(api, { label: 'a', group_id: 'x' }, 'job-1');
    // The form's boundary, and the order of its fields, are others.
    const again = await postImport(api, { group_id: 'x', label: 'a' }, 'job-1');
    expect([first.status, again.status, again.json().task_id]).toEqual([202, 200, first.json().task_id]);
    const other = await postImport(api, { label: 'b', group_id: 'x' }, 'job-1');
    expect([other.status, other.json().type]).toEqual([422, 'urn:apig-task-notifier:problem:idempotency-key-reused']);
    const otherFile = await postImport(
      api,
      { label: 'a', group_id: 'x', file_name: new File([`${FILE} `], 'o') },
      'job-1',
    );
    expect(otherFile.status).toBe(422);
    expect(started().import).toBe(1);
  });

  it.each(['', ' a', 'ü', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    const reply = await postImport(setUp(), {}, key);
    expect([reply.status, reply.json().detail]).toEqual([400, expect.stringContaining('Idempotency-Key')]);
  });

  it.each<[Fault, number, object]>([
    [
      { kind: 'error', status: 400, code: 'APIG.3603' },
      422,
      { error_code: 'APIG.3603', help: expect.stringContaining('split it') },
    ],
    [{ kind: 'error', status: 404, code: 'APIG.3001' }, 422, { error_code: 'APIG.3001' }],
    [{ kind: 'error', status: 412 }, 422, { error_code: 'APIG.3458' }],
    [{ kind: 'error', status: 401 }, 502, { error_code: 'APIGW.0301', help: expect.stringContaining('credentials') }],
    [
      { kind: 'error', status: 403 },
      502,
      { error_code: 'APIG.1005', help: expect.stringContaining('apig:api:import') },
    ],
  ])('answers %j with %i, and the key is free', async (fault, status, members) => {
    const api = setUp();
    faultOn('import', fault);
    const reply = await postImport(api, {}, 'k');
    expect([reply.status, reply.json()]).toMatchObject([
      status,
      { type: expect.stringContaining('start-refused'), ...members },
    ]);
    expect((await postImport(api, { label: 'mended' }, 'k')).status).toBe(202);
  });

  it('waits its turn while the gateway is busy, and says so when the time is over', async () => {
    const api = setUp();
    faultOn('import', { kind: 'error', status: 409 }, 2);
    expect((await postImport(api)).status).toBe(202);
    faultOn('import', { kind: 'error', status: 429 }, 100);
    const reply = await postImport(api, { label: 'later' });
    expect([reply.status, reply.json().error_code]).toEqual([503, 'APIGW.0308']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('reports an import whose answer was lost, with the group that it made, and starts it no more', async () => {
    const api = setUp();
    faultOn('import', { kind: 'reset', takesEffect: true });
    const lost = await postImport(api, {}, 'k');
    const problem = { type: 'urn:apig-task-notifier:problem:start-unknown', group_name: 'orders' };
    expect([lost.status, lost.json()]).toMatchObject([504, problem]);
    expect(lost.json().group_id).toMatch(/^[0-9a-f]{32}$/);
    expect(lost.json().detail).toContain(`group_id=${lost.json().group_id}`);
    expect(await postImport(api, {}, 'k')).toMatchObject({ status: 504 });
    expect(started().import).toBe(1);
  });

  it('answers 502 to an import that Huawei has failed at, which may run all the same', async () => {
    faultOn('import', { kind: 'error', status: 500 });
    const reply = await postImport(setUp());
    expect([reply.status, reply.json()]).toMatchObject([
      502,
      { error_code: 'APIG.9999', type: expect.stringContaining('start-unknown') },
    ]);
    expect(reply.json().help).toContain('group named "orders"');
  });

  it('answers 409 while the first request with a key is under way', async () => {
    const api = setUp();
    faultOn('import', { kind: 'latency', ms: 100 });
    const [first, second] = await Promise.all([postImport(api, {}, 'k'), postImport(api, {}, 'k')]);
    expect([first.status, second.status].sort()).toEqual([202, 409]);
    expect(started().import).toBe(1);
  });
});

describe('POST /exports', () => {
  it('starts an export and answers with the task', async () => {
    const reply = await postExport(setUp(), { ...EXPORT, type: 'yaml', oas_version: '3.0', label: 'backup' });
    expect(reply.status).toBe(202);
    const facts = { task_type: 'export_api', group_id: SMALL_GROUP_ID, environment_id: RELEASE_ENVIRONMENT_ID };
    expect(reply.json()).toMatchObject({ state: 'pending', label: 'backup', ...facts });
  });

  it.each([
    ['no group', { env_id: 'e' }, '"group_id" is required'],
    ['another type', { ...EXPORT, type: 'xml' }, '"type" must be'],
    ['an unknown field', { ...EXPORT, groups: [] }, '"groups" is not a known field'],
  ])('refuses %s', async (_, body, detail) => {
    const reply = await postExport(setUp(), body);
    expect([reply.status, reply.json().detail]).toEqual([400, expect.stringContaining(detail)]);
  });

  it('starts an export again whose answer was lost, and watches one task', async () => {
    const api = setUp();
    faultOn('export', { kind: 'reset', takesEffect: true });
    const reply = await postExport(api, EXPORT, 'k');
    expect([reply.status, started().export, api.pending.rows.size]).toEqual([202, 2, 1]);
    expect((await postExport(api, EXPORT, 'k')).json().task_id).toBe(reply.json().task_id);
  });

  it('gives up on a Huawei that fails, and goes on with the next request', async () => {
    const api = setUp();
    const fault = simulator.control.setFault({ fault: { kind: 'error', status: 500 }, match: { route: 'export' } });
    const reply = await postExport(api, EXPORT, 'k');
    expect([reply.status, reply.json()]).toMatchObject([
      502,
      { error_code: 'APIG.9999', type: expect.stringContaining('start-unanswered') },
    ]);
    simulator.control.removeFault(fault);
    expect((await postExport(api, EXPORT, 'k')).status).toBe(202);
  });

  it('says that a task is no longer watched', async () => {
    const api = setUp();
    const { task_id } = (await postExport(api, EXPORT, 'k')).json();
    await api.call('DELETE', `/tasks/${task_id}`);
    const reply = await postExport(api, EXPORT, 'k');
    expect([reply.status, reply.json()]).toMatchObject([
      409,
      { task_id, type: expect.stringContaining('task-not-watched') },
    ]);
  });
});

it('says where starting is off', async () => {
  const api = createApi();
  const reply = await api.call('POST', '/exports', { body: EXPORT });
  expect([reply.status, reply.json().type]).toEqual([404, 'urn:apig-task-notifier:problem:starts-off']);
});
