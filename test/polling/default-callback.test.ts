import { describe, expect, it } from 'vitest';
import { createPoller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import {
  createMetricSums,
  createVirtualClock,
  pendingTask,
  START_MS,
  silentLog,
  succeeded,
} from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

const OF_PROFILE = 'https://hooks.example.com/of-the-profile';
const OF_TASK = 'https://hooks.example.com/of-the-task';

/** The result of a task that is polled with a profile that has a callback, or has none. */
async function resultOf(task: Partial<PendingTask>, callback?: { callback_url: string }) {
  const results = createMemoryResults();
  const clock = createVirtualClock(START_MS + 60_000);
  const poll = createPoller({
    pending: createMemoryPending([pendingTask({ taskId: 't1', ...task })]),
    query: { poll: async () => succeeded },
    storeResult: results.store,
    publishers: [],
    operatorAlerts: { raise: async () => true },
    profiles: async () => ({ default: { project_id: 'p1', ak: 'a', sk: 's', ...callback } }),
    schedule: async () => createTaskSchedule(DEFAULT_SCHEDULE),
    ...{ clock, metrics: createMetricSums(), log: silentLog },
    settings: { windowMs: 60_000, minSweepGapMs: 1_000, concurrency: 4, retentionMs: 86_400_000 },
  });
  const startMs = clock.now();
  await poll({ segment: { segment: 0, totalSegments: 1 }, startMs, stopAtMs: startMs + 75_000 });
  return results.rows.get('t1');
}

describe('the callback of a result', () => {
  it("is the profile's where the task names none, and is marked as that", async () => {
    expect(await resultOf({}, { callback_url: OF_PROFILE })).toMatchObject({
      callbackUrl: OF_PROFILE,
      isCallbackDefault: true,
    });
  });

  it("is the task's own before that", async () => {
    const result = await resultOf({ callbackUrl: OF_TASK }, { callback_url: OF_PROFILE });
    expect(result?.callbackUrl).toBe(OF_TASK);
    expect(result).not.toHaveProperty('isCallbackDefault');
  });

  it('is not there where neither has one', async () => {
    const result = await resultOf({});
    expect(result?.outcome).toBe('succeeded');
    expect(result).not.toHaveProperty('callbackUrl');
    expect(result).not.toHaveProperty('isCallbackDefault');
  });
});
