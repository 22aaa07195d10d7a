import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPoller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { createMemoryShardStore } from '../../functions/stores/memory-shard-store.ts';
import { eventId } from '../../functions/tasks/result.ts';
import { createMetricSums, createVirtualClock, pendingTask, silentLog, succeeded } from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

const MINUTE_MS = 60_000;
const TASKS = 4;

class Crash extends Error {}

/** The whole poller over stores that outlive it; each invocation may die before or after its n-th effect. */
function setUp() {
  const clock = createVirtualClock();
  const pending = createMemoryPending(Array.from({ length: TASKS }, (_, i) => pendingTask({ taskId: `t${i}` })));
  const results = createMemoryResults();
  const published: string[] = [];
  let effectsLeft = Number.POSITIVE_INFINITY;
  let isDead = false;

  /** After the crash nothing of that process has an effect any more. */
  const effect = async <T>(act: () => T | Promise<T>, diesAfterwards: boolean): Promise<T> => {
    if (isDead) throw new Crash();
    effectsLeft -= 1;
    isDead = effectsLeft < 0;
    if (isDead && !diesAfterwards) throw new Crash();
    const done = await act();
    if (isDead) throw new Crash();
    return done;
  };

  const invoke = async (crashAt: number, diesAfterwards: boolean) => {
    effectsLeft = crashAt;
    isDead = false;
    const poll = createPoller({
      // The lease of a run that died is in force for a while; the next one comes when it is not.
      shards: createMemoryShardStore(),
      wakes: { async send() {} },
      pending: { ...pending, remove: (taskId) => effect(() => pending.remove(taskId), diesAfterwards) },
      query: { poll: async () => succeeded },
      storeResult: (result) => effect(() => results.store(result), diesAfterwards),
      publishers: [
        {
          publish: (batch) =>
            effect(() => {
              published.push(...batch.map(eventId));
              return { failed: [] };
            }, diesAfterwards),
        },
      ],
      operatorAlerts: { raise: async () => true },
      profiles: async () => ({}),
      schedule: createTaskSchedule(DEFAULT_SCHEDULE),
      clock,
      metrics: createMetricSums(),
      log: silentLog,
      settings: { shards: 1, concurrency: 2, answerBytes: 2 ** 20, retentionMs: 86_400_000 },
    });
    await poll({ shard: { segment: 0, totalSegments: 1 } }).catch(() => {});
    clock.advance(MINUTE_MS);
  };
  return { pending, results, published, invoke };
}

describe('a poller that dies anywhere', () => {
  it('stores every result once, tells of every end under one event id, and leaves nothing pending', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 * TASKS }), fc.boolean()), { maxLength: 5 }),
        async (crashes) => {
          const { pending, results, published, invoke } = setUp();
          for (const [crashAt, diesAfterwards] of crashes) await invoke(crashAt, diesAfterwards);
          // A result that a dead run left is taken over once it is older than any run can live.
          for (let healthy = 0; healthy < 10; healthy += 1) await invoke(Number.POSITIVE_INFINITY, false);
          expect(pending.rows.size).toBe(0);
          expect(results.rows.size).toBe(TASKS);
          expect(new Set(published)).toEqual(new Set([...results.rows.values()].map(eventId)));
          if (crashes.length === 0) expect(published).toHaveLength(TASKS);
        },
      ),
      { numRuns: 100 },
    );
  });
});
