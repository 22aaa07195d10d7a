import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { pendingTask, START_MS } from '../support/fixtures.ts';
import { liveThrough, type Poll, pointsBetween, type Troubles } from './shard-life.ts';

const MINUTES = 4;
const NONE: Troubles = { wakes: [], beats: [], clocksMs: [], runs: [] };

const fates = fc.constantFrom('once' as const, 'once' as const, 'lost' as const);
const late = fc.record({ lateMs: fc.integer({ min: 20, max: 2_000 }), fate: fates });
const double = fc.record({ lateMs: fc.integer({ min: 20, max: 2_000 }), fate: fc.constant('double' as const) });
/** One in twelve comes twice: where all did, wakes that find the shard held would double every second. */
const deliveries = fc
  .tuple(fc.array(late, { minLength: 11, maxLength: 11 }), double)
  .map(([once, twice]) => [twice, ...once]);
const list = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 12 });
const clocks = list(fc.integer({ min: -400, max: 400 }));
const deaths = list(
  fc.record({
    fate: fc.constantFrom('none' as const, 'none' as const, 'dies' as const, 'starves' as const),
    afterMs: fc.integer({ min: 0, max: 30_000 }),
  }),
);
const tasks = fc
  .array(fc.integer({ min: 0, max: 1_200_000 }), { minLength: 1, maxLength: 6 })
  .map((ages) => ages.map((ageMs, i) => pendingTask({ taskId: `task${i}`, registeredAtMs: START_MS - ageMs })));

const pollsOf = (polls: Poll[], { taskId }: PendingTask) => polls.filter((poll) => poll.taskId === taskId);

/** Every point up to so long before the end has an answered poll that began after it, and within `mostMs`. */
function expectNonLeftOut(watched: PendingTask[], polls: Poll[], endMs: number, mostMs: number) {
  for (const task of watched) {
    const answered = pollsOf(polls, task).filter(({ isAnswered }) => isAnswered);
    for (const point of pointsBetween(task, START_MS, endMs - mostMs)) {
      const poll = answered.find(({ atMs }) => atMs >= point - CLOCKS_MS);
      expect(poll, `the point ${point - START_MS} of ${task.taskId}`).toBeDefined();
      expect((poll?.atMs ?? 0) - point).toBeLessThanOrEqual(mostMs);
    }
  }
}

const CLOCKS_MS = 500;

describe('the runs of a shard', () => {
  const TIMEOUT_MS = 60_000;

  it(
    'begin no poll any more once another run has the lease, whatever comes late, double, never, dies or is starved',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          tasks,
          deliveries,
          deliveries,
          clocks,
          deaths,
          async (watched, wakes, beats, clocksMs, runs) => {
            const { polls, takes } = await liveThrough(watched, MINUTES, { wakes, beats, clocksMs, runs });
            for (const [i, { run, atMs }] of takes.entries()) {
              const next = takes[i + 1];
              const later = polls.filter((poll) => poll.run === run && next !== undefined && poll.atMs >= next.atMs);
              expect(later, `run ${run} took the lease at ${atMs - START_MS}`).toEqual([]);
            }
          },
        ),
        { numRuns: 40 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'never let the cursor go back',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          tasks,
          deliveries,
          deliveries,
          clocks,
          deaths,
          async (watched, wakes, beats, clocksMs, runs) => {
            const { covered } = await liveThrough(watched, MINUTES, { clocksMs, wakes, beats, runs });
            expect(covered).toEqual(covered.toSorted((a, b) => a - b));
          },
        ),
        { numRuns: 30 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'ask once at each point where nothing dies, however late and double the triggers come',
    async () => {
      const onceOrTwice = fc.constantFrom('once' as const, 'double' as const);
      const delivery = fc.record({ lateMs: fc.integer({ min: 20, max: 1_500 }), fate: onceOrTwice });
      const old = tasks.map((young) =>
        young.map((task) => ({ ...task, registeredAtMs: task.registeredAtMs - 200_000 })),
      );
      await fc.assert(
        fc.asyncProperty(old, list(delivery), list(delivery), async (watched, wakes, beats) => {
          const { polls, endMs } = await liveThrough(watched, MINUTES, { ...NONE, wakes, beats });
          for (const task of watched) {
            // The first run asks for what came before; then each point has a poll of its own, because they lie far apart.
            const [first = START_MS] = pollsOf(polls, task).map(({ atMs }) => atMs);
            const later = pollsOf(polls, task).filter(({ atMs }) => atMs > first && atMs < endMs - 10_000);
            const points = pointsBetween(task, first, endMs - 10_000);
            expect(later.length).toBeGreaterThanOrEqual(points.length - 1);
            expect(later.length).toBeLessThanOrEqual(points.length);
            for (const [i, { atMs }] of later.entries()) expect(atMs).toBeGreaterThanOrEqual(points[i] ?? 0);
          }
        }),
        { numRuns: 30 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'leave no point out, and ask twice at most after a crash',
    async () => {
      await fc.assert(
        fc.asyncProperty(tasks, deliveries, clocks, deaths, async (watched, wakes, clocksMs, runs) => {
          const beats = [{ lateMs: 500, fate: 'once' as const }];
          const { polls, endMs } = await liveThrough(watched, MINUTES + 2, {
            wakes,
            beats,
            clocksMs,
            runs,
            troubledForMs: 90_000,
          });
          expectNonLeftOut(watched, polls, endMs, 190_000);
        }),
        { numRuns: 30 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'need no wake: without any, each point is asked with the next minute',
    async () => {
      const wakes = [{ lateMs: 20, fate: 'lost' as const }];
      await fc.assert(
        fc.asyncProperty(tasks, fc.integer({ min: 0, max: 2_000 }), async (watched, lateMs) => {
          const beats = [{ lateMs, fate: 'once' as const }];
          const { polls, endMs } = await liveThrough(watched, MINUTES, { ...NONE, wakes, beats });
          expectNonLeftOut(watched, polls, endMs, 62_500);
        }),
        { numRuns: 30 },
      );
    },
    TIMEOUT_MS,
  );

  it('ask again at the next minute for what a run that died had under way, although it had renewed its lease', async () => {
    // Its points lie five minutes apart and none in these two, so that only the repeat can ask for it; and the first run
    // dies after its renewal, with the poll under way.
    const tasks = Array.from({ length: 50 }, (_, i) =>
      pendingTask({ taskId: `task${i}`, registeredAtMs: START_MS - 5 * 3_600_000 }),
    );
    const old = tasks.find((task) => pointsBetween(task, START_MS, START_MS + 120_000).length === 0);
    if (old === undefined) expect.fail('every task has a point in these two minutes');
    const runs = [{ fate: 'dies' as const, afterMs: 6_000 }, ...new Array(20).fill({ fate: 'none', afterMs: 0 })];
    const { polls } = await liveThrough([old], 2, { ...NONE, runs }, 9_000);
    expect(polls.map(({ atMs, isAnswered }) => [Math.round((atMs - START_MS) / 10_000), isAnswered])).toEqual([
      [0, false],
      [6, true],
    ]);
  });
});
