import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../functions/names.ts';
import { StoreError } from '../../functions/tasks/errors.ts';
import { pendingTask, START_MS } from '../support/fixtures.ts';
import { createApi, taskResult } from './support/api.ts';

const expired = taskResult({
  taskId: 'x',
  outcome: 'expired',
  label: 'nightly',
  callbackUrl: 'https://h.example.com/s',
});

describe('POST /tasks/{task_id}/watch', () => {
  it.each(['expired', 'not_found', 'rejected'] as const)('registers a task anew that ended as %s', async (outcome) => {
    const { call, pending, results, clock } = createApi({}, { results: [{ ...expired, outcome }] });
    clock.advance(90_000);
    const reply = await call('POST', '/tasks/x/watch');
    expect(reply.status).toBe(202);
    expect(reply.headers.location).toBe('/tasks/x');
    expect(Number(reply.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(reply.json()).toMatchObject({
      state: 'pending',
      label: 'nightly',
      registered_at: new Date(START_MS + 90_000).toISOString(),
      deadline_at: new Date(START_MS + 90_000 + 86_400_000).toISOString(),
    });
    const { instanceId, projectId, profile, callbackUrl } = expired;
    expect(pending.rows.get('x')).toMatchObject({ instanceId, projectId, profile, callbackUrl });
    expect(results.rows.size).toBe(0);
    expect((await call('GET', '/tasks/x')).json().state).toBe('pending');
  });

  it('takes what the body says before what the result says', async () => {
    const { call, pending } = createApi({}, { results: [expired] });
    const body = {
      instance_id: 'gw2',
      project_id: 'p2',
      profile: 'bare',
      label: 'again',
      callback_url: 'https://other.example.com/',
      deadline_seconds: 60,
    };
    const reply = await call('POST', '/tasks/x/watch', { body });
    expect(reply.json()).toMatchObject({ instance_id: 'gw2', project_id: 'p2', profile: 'bare', label: 'again' });
    expect(pending.rows.get('x')).toMatchObject({
      callbackUrl: 'https://other.example.com/',
      deadlineAtMs: START_MS + 60_000,
    });
  });

  it('takes the project of another profile with it, and keeps the gateway', async () => {
    const { call } = createApi({}, { results: [expired] });
    const task = (await call('POST', '/tasks/x/watch', { body: { profile: 'bare' } })).json();
    expect(task).toMatchObject({ profile: 'bare', project_id: 'p2', instance_id: expired.instanceId });
  });

  it("takes over no callback that was the old profile's", async () => {
    const { call, pending } = createApi({}, { results: [{ ...expired, isCallbackDefault: true }] });
    expect((await call('POST', '/tasks/x/watch', { body: { profile: 'bare' } })).status).toBe(202);
    expect(pending.rows.get('x')).not.toHaveProperty('callbackUrl');
  });

  it.each(OUTCOMES.filter((outcome) => !['expired', 'not_found', 'rejected'].includes(outcome)))(
    'refuses a task that ended as %s',
    async (outcome) => {
      const { call, pending, results } = createApi({}, { results: [{ ...expired, outcome }] });
      const reply = await call('POST', '/tasks/x/watch');
      expect(reply.status).toBe(409);
      expect(reply.json().detail).toBe(`Task "x" ended as ${outcome}: there is nothing left to watch.`);
      expect([pending.rows.size, results.rows.size]).toEqual([0, 1]);
    },
  );

  it('answers for a pending task with its record, unless the body names another gateway', async () => {
    const { call } = createApi({}, { pending: [pendingTask({ taskId: 'x' })] });
    const reply = await call('POST', '/tasks/x/watch', { body: { label: 'other' } });
    expect([reply.status, reply.json().state, reply.headers.location]).toEqual([200, 'pending', '/tasks/x']);
    expect(reply.headers['retry-after']).toBeDefined();
    expect((await call('POST', '/tasks/x/watch', { body: { instance_id: 'gw2' } })).status).toBe(409);
  });

  it('leaves a task alone whose end is still being told', async () => {
    const { call, results } = createApi({}, { results: [expired], pending: [pendingTask({ taskId: 'x' })] });
    const reply = await call('POST', '/tasks/x/watch');
    expect([reply.status, reply.headers['retry-after']]).toEqual([409, '5']);
    expect(results.rows.size).toBe(1);
  });

  it.each([
    ['nobody', 404, undefined],
    ['x', 400, { task_id: 'x' }],
    ['x', 400, { profile: 'unknown' }],
    ['x', 400, { callback_url: 'http://example.com/' }],
    ['x', 400, []],
  ])('%s: %i for %j, and the result stays', async (id, status, body) => {
    const { call, results, pending } = createApi({}, { results: [expired] });
    expect((await call('POST', `/tasks/${id}/watch`, { body })).status).toBe(status);
    expect([pending.rows.size, results.rows.size]).toEqual([0, 1]);
  });

  it('starts one watch when several ask at once', async () => {
    const { call, pending } = createApi({}, { results: [expired] });
    const replies = await Promise.all([1, 2, 3].map(() => call('POST', '/tasks/x/watch')));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 202]);
    expect(pending.rows.size).toBe(1);
  });

  it('deletes no success that came in between', async () => {
    const { results: store } = createApi({}, { results: [{ ...expired, outcome: 'succeeded' }] });
    let reads = 0;
    const results = { ...store, get: async (id: string) => (reads++ === 0 ? expired : store.get(id)) };
    const { call, pending } = createApi({ results });
    const reply = await call('POST', '/tasks/x/watch');
    expect([reply.status, reply.json().outcome]).toEqual([200, 'succeeded']);
    expect([pending.rows.size, store.rows.size]).toEqual([0, 1]);
  });

  it('says so when the row cannot be put, and the task can be registered', async () => {
    const { pending: store } = createApi();
    let isDown = true;
    const register: typeof store.register = async (task) => {
      if (isDown) throw new StoreError('down');
      return store.register(task);
    };
    const { call } = createApi({ pending: { ...store, register } }, { results: [expired] });
    expect((await call('POST', '/tasks/x/watch')).status).toBe(503);
    isDown = false;
    expect((await call('POST', '/tasks', { body: { task_id: 'x' } })).status).toBe(202);
  });
});
