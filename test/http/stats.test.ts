import { describe, expect, it } from 'vitest';
import { pendingTask, START_MS } from '../support/fixtures.ts';
import { createApi, taskResult } from './support/api.ts';

const rows = {
  pending: [pendingTask({ taskId: 'p1', label: 'a' }), pendingTask({ taskId: 'p2', instanceId: 'gw2' })],
  results: [
    taskResult({ taskId: 'f1', label: 'a' }),
    taskResult({ taskId: 'f2', label: 'a', outcome: 'failed', completedAtMs: START_MS + 90_000 }),
    taskResult({ taskId: 'f3', outcome: 'expired', completedAtMs: START_MS + 30_000, instanceId: 'gw2' }),
  ],
};

describe('GET /stats', () => {
  it('counts by outcome, and by label with success rate and durations', async () => {
    const reply = await createApi({}, rows).call('GET', '/stats');
    expect(reply.json()).toMatchObject({
      ...{ counted: 3, is_complete: true, oldest_at: new Date(START_MS + 30_000).toISOString(), pending: 2 },
      outcomes: { succeeded: 1, partially_succeeded: 0, failed: 1, expired: 1, not_found: 0, rejected: 0 },
      labels: [
        { label: 'a', count: 2, success_rate: 0.5, p50_seconds: 60, p95_seconds: 90, newest: { task_id: 'f2' } },
        { count: 1, success_rate: 0 },
      ],
      recent: [{ task_id: 'f2', seconds: 90 }, { task_id: 'f1', seconds: 60 }, { task_id: 'f3' }],
    });
  });

  it.each([
    ['label=a', 2, 1],
    ['instance_id=gw2', 1, 1],
    ['since=1m', 2, 2],
    ['since=0m', 0, 2],
    [`since=${new Date(START_MS + 60_000).toISOString()}`, 2, 2],
    ['label=none', 0, 0],
  ])('%s', async (query, counted, pending) => {
    const api = createApi({}, rows);
    api.clock.advance(120_000);
    expect((await api.call('GET', `/stats?${query}`)).json()).toMatchObject({ counted, pending });
  });

  it.each(['limit=1', 'since=yesterday', 'outcome=failed'])('refuses %s', async (query) => {
    expect((await createApi({}, rows).call('GET', `/stats?${query}`)).status).toBe(400);
  });
});
