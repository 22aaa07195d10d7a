import { describe, expect, it } from 'vitest';
import { pendingTask, START_MS } from '../support/fixtures.ts';
import { createApi, type Json, taskResult } from './support/api.ts';

const pendingTasks = [1, 2, 3, 4, 5].map((n) =>
  pendingTask({ taskId: `p${n}`, registeredAtMs: START_MS + n, instanceId: n % 2 ? 'gw1' : 'gw2', label: `l${n}` }),
);
const taskResults = [1, 2, 3, 4, 5].map((n) =>
  taskResult({
    taskId: `f${n}`,
    completedAtMs: START_MS + n,
    outcome: n === 3 ? 'failed' : 'succeeded',
    label: `l${n}`,
  }),
);
const rows = { pending: pendingTasks, results: taskResults };
const ids = (body: Json): string[] => body.items.map((item) => item.task_id);

describe('GET /tasks', () => {
  it('lists pending tasks newest first, then final ones newest first', async () => {
    const body = (await createApi({}, rows).call('GET', '/tasks')).json();
    expect(ids(body)).toEqual(['p5', 'p4', 'p3', 'p2', 'p1', 'f5', 'f4', 'f3', 'f2', 'f1']);
    expect(body).not.toHaveProperty('next_cursor');
    expect(body.items[5]).not.toHaveProperty('result');
  });

  it.each([1, 2, 3, 5, 7])('gives every task once in pages of %i', async (limit) => {
    const { call } = createApi({}, rows);
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 12; page++) {
      const body = (await call('GET', `/tasks?limit=${limit}${cursor}`)).json();
      expect(body.items.length).toBeLessThanOrEqual(limit);
      seen.push(...ids(body));
      if (body.next_cursor === undefined) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(['p5', 'p4', 'p3', 'p2', 'p1', 'f5', 'f4', 'f3', 'f2', 'f1']);
  });

  it.each([
    ['state=pending', ['p5', 'p4', 'p3', 'p2', 'p1']],
    ['state=final', ['f5', 'f4', 'f3', 'f2', 'f1']],
    ['outcome=failed', ['f3']],
    ['state=final&outcome=succeeded&label=l4', ['f4']],
    ['instance_id=gw2', ['p4', 'p2']],
    ['label=l1', ['p1', 'f1']],
    ['label=none', []],
    ['state=final&limit=1', ['f5']],
  ])('%s', async (query, expected) => {
    expect(ids((await createApi({}, rows).call('GET', `/tasks?${query}`)).json())).toEqual(expected);
  });

  it('shows a task that is in both tables once, as final', async () => {
    const both = { pending: [pendingTask({ taskId: 'x' })], results: [taskResult({ taskId: 'x' })] };
    const body = (await createApi({}, both).call('GET', '/tasks')).json();
    expect(body.items).toMatchObject([{ task_id: 'x', state: 'final' }]);
  });

  it.each([
    ['limit=0', 'limit', 'from 1 to 100'],
    ['limit=101', 'limit', 'from 1 to 100'],
    ['limit=1e1', 'limit', 'from 1 to 100'],
    ['limit=', 'limit', 'from 1 to 100'],
    ['state=done', 'state', '"pending" or "final"'],
    ['outcome=ok', 'outcome', 'must be one of succeeded'],
    ['state=pending&outcome=failed', 'outcome', 'state=pending'],
    ['label=a&label=b', 'label', 'more than once'],
    ['label=a&l%61bel=b', 'label', 'more than once'],
    ['colour=red', 'colour', 'not a known parameter'],
    ['__proto__=1', '__proto__', 'not a known parameter'],
    ['cursor=%00', 'cursor', 'next_cursor'],
    ['cursor=abc', 'cursor', 'next_cursor'],
    ['cursor=cHh4eA', 'cursor', 'next_cursor'],
    ['cursor=Znh4eA', 'cursor', 'next_cursor'],
  ])('refuses %s', async (query, parameter, detail) => {
    const reply = await createApi({}, rows).call('GET', `/tasks?${query}`);
    expect(reply.status).toBe(400);
    expect(reply.json().errors).toEqual([{ parameter, detail: expect.stringContaining(detail) }]);
  });

  it('refuses a cursor of the other state', async () => {
    const { call } = createApi({}, rows);
    const cursorOf = async (query: string) => (await call('GET', `/tasks?limit=1&${query}`)).json().next_cursor;
    const final = await cursorOf('state=final');
    const pending = await cursorOf('state=pending');
    expect((await call('GET', `/tasks?state=pending&cursor=${final}`)).status).toBe(400);
    expect((await call('GET', `/tasks?state=final&cursor=${pending}`)).status).toBe(400);
    expect((await call('GET', `/tasks?cursor=${final}`)).status).toBe(200);
  });

  it.each([
    ['outcome=failed,expired', ['f3']],
    ['label=l*&state=pending', ['p5', 'p4', 'p3', 'p2', 'p1']],
    ['label=l5*', ['p5', 'f5']],
    ['profile=default&state=final&limit=1', ['f5']],
    ['profile=another', []],
    ['task_type=import_api', ['f5', 'f4', 'f3', 'f2', 'f1']],
    ['group_id=g1', ['f5', 'f4', 'f3', 'f2', 'f1']],
    ['group_id=g2', []],
    [`since=${new Date(START_MS + 4).toISOString()}`, ['p5', 'p4', 'f5', 'f4']],
    ['since=24h', ['p5', 'p4', 'p3', 'p2', 'p1', 'f5', 'f4', 'f3', 'f2', 'f1']],
  ])('filters by %s', async (query, expected) => {
    expect(ids((await createApi({}, rows).call('GET', `/tasks?${query}`)).json())).toEqual(expected);
  });

  it.each([
    ['outcome=failed,', 'outcome'],
    ['outcome=won', 'outcome'],
    ['since=yesterday', 'since'],
    ['since=2026-13-01T00:00:00Z', 'since'],
    ['task_type=Import', 'task_type'],
  ])('refuses %s', async (query, parameter) => {
    const reply = await createApi({}, rows).call('GET', `/tasks?${query}`);
    expect([reply.status, reply.json().errors]).toMatchObject([400, [{ parameter }]]);
  });

  describe('asked again with If-None-Match', () => {
    it('answers 304 while nothing changed but the next poll, and 200 once something did', async () => {
      const { call, clock, pending } = createApi({}, rows);
      const first = await call('GET', '/tasks');
      const headers = { 'if-none-match': `"other", ${first.headers.etag}` };
      clock.advance(10_000);
      const second = await call('GET', '/tasks', { headers });
      expect([second.status, second.body.length, second.headers.etag]).toEqual([304, 0, first.headers.etag]);
      pending.noteHeard('p1', { status: 'processing' });
      expect((await call('GET', '/tasks', { headers })).status).toBe(200);
      expect((await call('GET', '/tasks?limit=1', { headers })).status).toBe(200);
    });
  });

  describe('in the order of attention', () => {
    const many = {
      pending: Array.from({ length: 30 }, (_, n) => pendingTask({ taskId: `p${n}`, registeredAtMs: START_MS + n })),
      results: Array.from({ length: 60 }, (_, n) =>
        taskResult({ taskId: `f${n}`, completedAtMs: START_MS + n, outcome: n % 2 ? 'succeeded' : 'expired' }),
      ),
    };

    it('gives what did not succeed, then what is pending, then the rest, and no cursor', async () => {
      const body = (await createApi({}, many).call('GET', '/tasks?order=attention&limit=10')).json();
      expect(ids(body)).toEqual(['f58', 'f56', 'f54', 'f52', 'p29', 'p28', 'p27', 'p26', 'f59', 'f57']);
      expect(body).not.toHaveProperty('next_cursor');
    });

    it('asks `since` only of what did not succeed', async () => {
      const since = new Date(START_MS + 56).toISOString();
      const body = (await createApi({}, many).call('GET', `/tasks?order=attention&limit=10&since=${since}`)).json();
      expect(ids(body)).toEqual(['f58', 'f56', 'p29', 'p28', 'p27', 'p26', 'f59', 'f57', 'f55', 'f53']);
    });

    it('shows a task that is in both tables once, as final', async () => {
      const both = { pending: [pendingTask({ taskId: 'x' })], results: [taskResult({ taskId: 'x' })] };
      expect(ids((await createApi({}, both).call('GET', '/tasks?order=attention')).json())).toEqual(['x']);
    });

    it.each(['state=final', 'outcome=failed', 'cursor=abc'])('is refused with %s', async (query) => {
      const reply = await createApi({}, many).call('GET', `/tasks?order=attention&${query}`);
      expect([reply.status, reply.json().errors]).toMatchObject([400, [{ parameter: query.split('=')[0] }]]);
    });
  });
});
