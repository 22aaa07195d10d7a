import { describe, expect, it } from 'vitest';
import { eventId } from '../../functions/tasks/result.ts';
import { createApi, taskResult } from './support/api.ts';

const context = { run_url: 'https://ci.example.com/runs/1', commit: 'f3c9a1d' };

describe('the context of a registration', () => {
  it('is answered, kept on the row, and shown in listings and results', async () => {
    const { call, pending } = createApi({}, { results: [taskResult({ taskId: 'done', context })] });
    const registered = await call('POST', '/tasks', { body: { task_id: 't1', context } });
    expect(registered.status).toBe(202);
    expect(registered.json()).toMatchObject({ context });
    expect(pending.rows.get('t1')).toMatchObject({ context });
    expect((await call('GET', '/tasks/done')).json()).toMatchObject({ context });
    const { items } = (await call('GET', '/tasks')).json();
    expect(items.map((item) => item.context)).toEqual([context, context]);
  });

  it.each([
    [{ a: 1 }, '#/context/a', 'must be a string'],
    [['x'], '#/context', 'must be an object of strings'],
    [{ a: 'x'.repeat(2_000) }, '#/context', 'must have at most 1024 bytes, names and values together'],
    [{ 'a b': 'x' }, '#/context', 'must have names of 1 to 64 letters, digits, "_", "-" and ".", a letter first'],
  ])('is refused by name when it is %j', async (wrong, pointer, detail) => {
    const { call } = createApi();
    const reply = await call('POST', '/tasks', { body: { task_id: 't1', context: wrong } });
    expect(reply.status).toBe(400);
    expect(reply.json().errors).toEqual([{ pointer, detail }]);
  });

  it('goes on with a task that is watched again, unless the body names another', async () => {
    const results = ['x', 'y'].map((taskId) => taskResult({ taskId, outcome: 'expired', context }));
    const { call } = createApi({}, { results });
    expect((await call('POST', '/tasks/x/watch')).json()).toMatchObject({ context });
    const other = { run_url: 'https://ci.example.com/runs/2' };
    expect((await call('POST', '/tasks/y/watch', { body: { context: other } })).json().context).toEqual(other);
  });
});

describe('the number of a watch', () => {
  it('grows with each watch and ends the id of the event', async () => {
    const first = taskResult({ taskId: 'x', outcome: 'expired' });
    const { call, pending, results } = createApi({}, { results: [first] });
    expect(eventId(first)).toBe('x:expired');
    for (const watch of [2, 3]) {
      expect((await call('POST', '/tasks/x/watch')).json()).toMatchObject({ watch });
      const row = pending.rows.get('x');
      expect(row).toMatchObject({ watch });
      const again = taskResult({ ...row, outcome: 'expired' });
      expect(eventId(again)).toBe(`x:expired:${watch}`);
      pending.rows.delete('x');
      results.rows.set('x', again);
      expect((await call('POST', '/tasks/x/notifications')).json()).toMatchObject({ event_id: `x:expired:${watch}` });
    }
  });
});
