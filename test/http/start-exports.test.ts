import { describe, expect, it } from 'vitest';
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { createApi } from './support/api.ts';
import { EXPORT, faultOn, postExport, setUp, simulateHuawei, simulator, started } from './support/starting.ts';

simulateHuawei();

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
