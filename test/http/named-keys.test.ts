import { describe, expect, it } from 'vitest';
import { hashApiKey, SCOPES } from '../../functions/http/api-keys.ts';
import openapi from '../../functions/http/openapi/openapi.json' with { type: 'json' };
import { pendingTask } from '../support/fixtures.ts';
import { API_KEY, createApi, taskResult } from './support/api.ts';

const CI = 'the-key-of-the-ci-job';
const apiKeys = async () => [
  { hash: hashApiKey(CI), name: 'ci-orders', scopes: SCOPES },
  { hash: hashApiKey('the-key-of-a-reader'), name: 'reader', scopes: ['read'] as const },
  { hash: hashApiKey(API_KEY), scopes: SCOPES },
];
const rows = {
  pending: [pendingTask({ taskId: 'p1' })],
  results: [taskResult(), taskResult({ taskId: 'x1', outcome: 'expired', registeredBy: 'someone-else' })],
};
const api = () => createApi({ apiKeys }, rows);

describe('GET /whoami', () => {
  it('names the key and its scopes', async () => {
    const reply = await api().call('GET', '/whoami', { key: 'the-key-of-a-reader' });
    expect(reply.json()).toEqual({ name: 'reader', scopes: ['read'] });
  });

  it('gives every scope and no name for a key without one', async () => {
    expect((await api().call('GET', '/whoami')).json()).toEqual({ scopes: [...SCOPES] });
  });

  it('takes no query', async () => {
    expect((await api().call('GET', '/whoami?verbose=1')).status).toBe(400);
  });
});

describe('registered_by', () => {
  const register = (key: string) => {
    const one = api();
    return { one, reply: one.call('POST', '/tasks', { key, body: { task_id: 't1' } }) };
  };

  it('is the name of the key that registered, in the answer, in the row, and for other keys', async () => {
    const { one, reply } = register(CI);
    expect((await reply).json()).toMatchObject({ registered_by: 'ci-orders' });
    expect(one.pending.rows.get('t1')).toMatchObject({ registeredBy: 'ci-orders' });
    const again = await one.call('POST', '/tasks', { body: { task_id: 't1' } });
    expect([again.status, again.json().registered_by]).toEqual([200, 'ci-orders']);
    const { items } = (await one.call('GET', '/tasks')).json();
    expect(items[0]).toMatchObject({ task_id: 't1', registered_by: 'ci-orders' });
  });

  it('is absent for a key without a name', async () => {
    expect((await register(API_KEY).reply).json()).not.toHaveProperty('registered_by');
  });

  it('is on each entry of a batch', async () => {
    const body = { tasks: [{ task_id: 'b1' }, { task_id: 'b2' }] };
    const { tasks } = (await api().call('POST', '/tasks/batch', { key: CI, body })).json();
    expect(tasks.map(({ task }) => task.registered_by)).toEqual(['ci-orders', 'ci-orders']);
  });

  it('is who watched last, when a task is watched again', async () => {
    expect((await api().call('POST', '/tasks/x1/watch', { key: CI })).json()).toMatchObject({
      registered_by: 'ci-orders',
    });
    expect((await api().call('POST', '/tasks/x1/watch')).json()).not.toHaveProperty('registered_by');
  });
});

describe('the audit line', () => {
  const changes = {
    registerTask: { call: ['POST', '/tasks', { task_id: 't1' }], lines: [{ action: 'register', task_id: 't1' }] },
    registerTasks: {
      call: [
        'POST',
        '/tasks/batch',
        { tasks: [{ task_id: 'b1' }, { task_id: '!' }, { task_id: 'p1' }, { task_id: 'b2' }] },
      ],
      lines: [
        { action: 'register', task_id: 'b1' },
        { action: 'register', task_id: 'b2' },
      ],
    },
    watchAgain: { call: ['POST', '/tasks/x1/watch'], lines: [{ action: 'watch', task_id: 'x1' }] },
    stopWatching: { call: ['DELETE', '/tasks/p1'], lines: [{ action: 'stop', task_id: 'p1' }] },
    notifyAgain: { call: ['POST', '/tasks/f1/notifications'], lines: [{ action: 'notify', task_id: 'f1' }] },
  } as const;

  it('is held here for every operation that changes something', () => {
    const items = Object.values(openapi.paths).flatMap((item) => Object.entries<{ operationId: string }>(item));
    const changing = items.flatMap(([verb, { operationId }]) => (verb === 'get' ? [] : [operationId]));
    // Those of the starts are in start-imports.test.ts, with a Huawei Cloud to start at.
    expect([...Object.keys(changes), 'startExport', 'startImport'].toSorted()).toEqual(changing.toSorted());
  });

  it.each(Object.entries(changes))('of %s names the key, the action and the task', async (_, { call, lines }) => {
    const one = api();
    const [method, path, body] = call;
    await one.call(method, path, { key: CI, ...(body && { body }) });
    expect(one.changes).toEqual(lines.map((line) => ({ key: 'ci-orders', ...line })));
    expect(JSON.stringify(one.changes)).not.toContain(CI);
  });

  it('says so where the key has no name', async () => {
    const one = api();
    await one.call('DELETE', '/tasks/p1');
    expect(one.changes).toEqual([{ key: '(unnamed)', action: 'stop', task_id: 'p1' }]);
  });

  it.each([
    ['a repeated registration', 'POST', '/tasks', { task_id: 'p1' }],
    ['a registration that is refused', 'POST', '/tasks', { task_id: '!' }],
    ['a task that is watched already', 'POST', '/tasks/p1/watch', undefined],
    ['a task that cannot be stopped', 'DELETE', '/tasks/f1', undefined],
    ['a task that is not known', 'POST', '/tasks/nobody/notifications', undefined],
    ['a reading request', 'GET', '/tasks', undefined],
  ])('is not written for %s', async (_, method, path, body) => {
    const one = api();
    await one.call(method, path, { key: CI, ...(body && { body }) });
    expect(one.changes).toEqual([]);
  });
});
