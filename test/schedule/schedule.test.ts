import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countPolls,
  DEFAULT_SCHEDULE,
  FIRST_POLL_AFTER_MS,
  intervalAt,
  nextPollAt,
  type PollSchedule,
  previousPollAt,
  type ScheduledTask,
} from '../../functions/schedule/schedule.ts';

const DAY_MS = 86_400_000;

const task = fc.record({
  taskId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  registeredAtMs: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2040, 0) }),
});
const schedule = fc
  .record({
    minIntervalMs: fc.integer({ min: 200, max: 120_000 }),
    growth: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 2, noNaN: true })),
    stretch: fc.double({ min: 1, max: 500, noNaN: true }),
  })
  .map(({ minIntervalMs, growth, stretch }) => ({ minIntervalMs, growth, maxIntervalMs: minIntervalMs * stretch }));

/** The first `count` points, each asked for from the one before. */
function pointsOf(watched: ScheduledTask, plan: PollSchedule, count: number): number[] {
  const points = [nextPollAt(watched, watched.registeredAtMs - 1, plan)];
  while (points.length < count) points.push(nextPollAt(watched, points.at(-1) ?? 0, plan));
  return points;
}

function gapsOf(points: number[]): number[] {
  return points.slice(1).map((point, i) => point - (points[i] ?? 0));
}

describe('the poll schedule', () => {
  it('polls a second after the registration first, even when it is asked from long before', () => {
    fc.assert(
      fc.property(task, schedule, fc.integer({ min: 1, max: DAY_MS }), (watched, plan, before) => {
        expect(nextPollAt(watched, watched.registeredAtMs - before, plan)).toBe(
          watched.registeredAtMs + FIRST_POLL_AFTER_MS,
        );
      }),
    );
  });

  it('gives whole milliseconds strictly after the moment asked about', () => {
    fc.assert(
      fc.property(task, schedule, fc.integer({ min: 0, max: 30 * DAY_MS }), (watched, plan, age) => {
        const next = nextPollAt(watched, watched.registeredAtMs + age, plan);
        expect(next).toBeGreaterThan(watched.registeredAtMs + age);
        expect(Number.isInteger(next)).toBe(true);
      }),
    );
  });

  it('thins out with age, within the bounds', () => {
    fc.assert(
      fc.property(task, schedule, (watched, plan) => {
        const gaps = gapsOf(pointsOf(watched, plan, 120));
        const rounding = 1;
        expect(gaps[0]).toBeGreaterThanOrEqual(plan.minIntervalMs / 2 - rounding);
        for (const gap of gaps.slice(1)) expect(gap).toBeGreaterThanOrEqual(plan.minIntervalMs - rounding);
        for (const gap of gaps) expect(gap).toBeLessThanOrEqual(plan.maxIntervalMs + rounding);
        gaps.slice(1).forEach((gap, i) => {
          expect(gap).toBeGreaterThanOrEqual((gaps[i] ?? 0) - rounding);
        });
      }),
    );
  });

  it('reaches its longest interval and then keeps it', () => {
    const gaps = gapsOf(pointsOf({ taskId: 'old', registeredAtMs: 0 }, DEFAULT_SCHEDULE, 300));
    for (const gap of gaps.slice(-100)) expect(Math.abs(gap - DEFAULT_SCHEDULE.maxIntervalMs)).toBeLessThanOrEqual(1);
  });

  it('never lets five minutes pass without a poll by default', () => {
    fc.assert(
      fc.property(task, fc.integer({ min: 0, max: 7 * DAY_MS }), (watched, age) => {
        const from = watched.registeredAtMs + age;
        expect(nextPollAt(watched, from, DEFAULT_SCHEDULE) - from).toBeLessThanOrEqual(300_000);
      }),
    );
  });

  it('finds from any moment the same points as from the point before', () => {
    fc.assert(
      fc.property(task, schedule, fc.nat(DAY_MS), (watched, plan, offset) => {
        const points = pointsOf(watched, plan, 60);
        const span = (points.at(-1) ?? 0) - watched.registeredAtMs;
        const from = watched.registeredAtMs + (offset % span);
        expect(nextPollAt(watched, from, plan)).toBe(points.find((point) => point > from));
      }),
      { numRuns: 500 },
    );
  });

  it('misses and doubles nothing when invocations cover consecutive minutes', () => {
    const minute = 60_000;
    fc.assert(
      fc.property(task, schedule, (watched, plan) => {
        const first = Math.floor(watched.registeredAtMs / minute) * minute;
        const seen: number[] = [];
        for (let start = first; start < first + 240 * minute; start += minute) {
          let point = nextPollAt(watched, start - 1, plan);
          for (; point < start + minute; point = nextPollAt(watched, point, plan)) seen.push(point);
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBe(countPolls(watched, first + 240 * minute - 1, plan));
      }),
      { numRuns: 30 },
    );
  });

  it('counts a point from the moment it is reached', () => {
    fc.assert(
      fc.property(task, schedule, (watched, plan) => {
        expect(countPolls(watched, watched.registeredAtMs - 1, plan)).toBe(0);
        pointsOf(watched, plan, 40).forEach((point, i) => {
          expect(countPolls(watched, point - 1, plan)).toBe(i);
          expect(countPolls(watched, point, plan)).toBe(i + 1);
        });
      }),
    );
  });

  it('knows the poll before the current one, and the registration before any', () => {
    fc.assert(
      fc.property(task, schedule, (watched, plan) => {
        const points = pointsOf(watched, plan, 20);
        expect(previousPollAt(watched, watched.registeredAtMs, plan)).toBe(watched.registeredAtMs);
        expect(previousPollAt(watched, points[0] ?? 0, plan)).toBe(watched.registeredAtMs);
        points.slice(1).forEach((point, i) => {
          expect(previousPollAt(watched, point, plan)).toBe(points[i]);
          expect(previousPollAt(watched, point + plan.minIntervalMs / 2 - 1, plan)).toBe(points[i]);
        });
      }),
    );
  });

  it('says how long the interval at an age is', () => {
    fc.assert(
      fc.property(task, schedule, (watched, plan) => {
        const points = pointsOf(watched, plan, 60);
        const gap = (points.at(-1) ?? 0) - (points.at(-2) ?? 0);
        const ages = [points.at(-2), points.at(-1)].map((point = 0) =>
          intervalAt(point - watched.registeredAtMs, plan),
        );
        expect(gap).toBeGreaterThanOrEqual((ages[0] ?? 0) - 1);
        expect(gap).toBeLessThanOrEqual((ages[1] ?? 0) + 1);
      }),
    );
  });

  it('parts tasks that were registered together, consecutive ids included', () => {
    const together = Array.from({ length: 5_000 }, (_, i) => ({ taskId: `task-${i}`, registeredAtMs: 0 }));
    const plan = { minIntervalMs: 10_000, growth: 0.2, maxIntervalMs: 300_000 };
    const tenths = new Array<number>(10).fill(0);
    for (const watched of together) {
      const share = (nextPollAt(watched, FIRST_POLL_AFTER_MS, plan) - FIRST_POLL_AFTER_MS - 5_000) / 5_000;
      const tenth = Math.min(9, Math.floor(share * 10));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(count).toBeGreaterThan(400);
    for (const count of tenths) expect(count).toBeLessThan(600);
  });

  it('spends little more than a poll every five minutes on a task that takes a day', () => {
    const polls = countPolls({ taskId: 'a'.repeat(32), registeredAtMs: 0 }, DAY_MS, DEFAULT_SCHEDULE);
    expect(polls).toBeGreaterThan(DAY_MS / 300_000);
    expect(polls).toBeLessThan(1.2 * (DAY_MS / 300_000));
  });
});
