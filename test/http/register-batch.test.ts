import { describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import { createApi, type Json, taskResult } from './support/api.ts';

const statuses = (body: Json) => body.tasks.map((entry) => entry.status);

describe('POST /tasks/batch', () => {
  it('answers each entry in its place, and a bad one does not fail the rest', async () => {
    const { call, pending } = createApi({}, { results: [taskResult({ taskId: 'done' })] });
    const tasks = [
      { task_id: 'a' },
      { task_id: 'b', color: 1 },
      7,
      { task_id: 'done' },
      { task_id: 'done', instance_id: 'x' },
    ];
    const reply = await call('POST', '/tasks/batch', { body: { tasks } });
    expect(reply.status).toBe(207);
    expect(statuses(reply.json())).toEqual([202, 400, 400, 200, 409]);
    expect(reply.json().tasks[0]).toMatchObject({ task_id: 'a', task: { state: 'pending' } });
    expect(reply.json().tasks[1]?.problem.errors).toEqual([{ pointer: '#/color', detail: 'is not a known field' }]);
    expect(reply.json().tasks[2]).not.toHaveProperty('task_id');
    expect([...pending.rows.keys()]).toEqual(['a']);
  });

  it('takes the first of several entries with one id as the registration, however long its write takes', async () => {
    const { pending: store } = createApi();
    const register: typeof store.register = async (task) => {
      for (let turn = 0; task.label === 'one' && turn < 5; turn++) await new Promise(setImmediate);
      return store.register(task);
    };
    const { call } = createApi({ pending: { ...store, register } });
    const tasks = [
      { task_id: 'a', label: 'one' },
      { task_id: 'a', label: 'two' },
      { task_id: 'a', instance_id: 'x' },
    ];
    const body = (await call('POST', '/tasks/batch', { body: { tasks } })).json();
    expect(statuses(body)).toEqual([202, 200, 409]);
    expect(body.tasks[1]?.task.label).toBe('one');
  });

  it('takes 100 entries and works on at most 10 at once', async () => {
    const { pending: store } = createApi();
    let running = 0;
    let peak = 0;
    const register: typeof store.register = async (task) => {
      peak = Math.max(peak, ++running);
      await new Promise(setImmediate);
      running--;
      return store.register(task);
    };
    const { call } = createApi({ pending: { ...store, register } });
    const tasks = Array.from({ length: 100 }, (_, index) => ({ task_id: `t${index}` }));
    const reply = await call('POST', '/tasks/batch', { body: { tasks } });
    expect(new Set(statuses(reply.json()))).toEqual(new Set([202]));
    expect(store.rows.size).toBe(100);
    expect(peak).toBe(10);
  });

  it('reports a store that fails on the entry it failed for', async () => {
    const { pending: store } = createApi();
    const register: typeof store.register = async (task) => {
      if (task.taskId === 'b') throw new StoreError('secret detail');
      return store.register(task);
    };
    const { call, errors } = createApi({ pending: { ...store, register } });
    const reply = await call('POST', '/tasks/batch', { body: { tasks: [{ task_id: 'a' }, { task_id: 'b' }] } });
    expect(statuses(reply.json())).toEqual([202, 503]);
    expect(reply.body.toString()).not.toContain('secret detail');
    expect(errors).toHaveLength(1);
  });

  it.each([
    [{}, 'is required'],
    [{ tasks: {} }, 'must be an array'],
    [{ tasks: [] }, 'at least 1'],
    [{ tasks: new Array(101).fill({}) }, 'at most 100'],
  ])('refuses %j', async (body, detail) => {
    const { call } = createApi();
    const reply = await call('POST', '/tasks/batch', { body });
    expect(reply.status).toBe(400);
    expect(reply.json().errors).toEqual([{ pointer: '#/tasks', detail: expect.stringContaining(detail) }]);
  });
});
