import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Fault } from '../../simulator/faults.ts';
import {
  FILE,
  faultOn,
  mock,
  postExport,
  postImport,
  setUp,
  simulateHuawei,
  simulator,
  started,
} from './support/starting.ts';

simulateHuawei();

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
      instance_id: DEFAULT_ACCOUNT.instanceId,
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

  it('refuses a file with the code that Huawei would end the import with, and what helps', async () => {
    const reply = await postImport(setUp(), { file_name: new File(['{"openapi":"3.1.0"}'], 'a') });
    expect(reply.json()).toMatchObject({ error_code: 'APIG.3601', help: expect.stringContaining('3.1 down to 3.0') });
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
