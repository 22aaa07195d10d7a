import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learnDurations } from '../../../functions/schedule/learned/duration-model.ts';
import type { GatewayDurations } from '../../../functions/schedule/learned/gateway-durations.ts';
import { createLearnedSchedule } from '../../../functions/schedule/learned/learned-schedule.ts';
import * as plain from '../../../functions/schedule/schedule.ts';

const BASE = plain.DEFAULT_SCHEDULE;
const GATEWAY = 'gateway-1';

/** Samples as the plain schedule would see them: each end lies within a quarter of its age. */
const samples = fc.array(fc.integer({ min: 500, max: 3_000_000 }), { minLength: 12, maxLength: 60 }).map((ends) => {
  return ends.map((byMs) => ({ afterMs: Math.floor(byMs * 0.8), byMs }));
});
const task = fc.record({
  taskId: fc.stringMatching(/^[a-z0-9]{1,32}$/),
  registeredAtMs: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2040, 0) }),
  instanceId: fc.constant(GATEWAY),
});

function learn(seen: { afterMs: number; byMs: number }[]): ReadonlyMap<string, GatewayDurations> {
  const model = learnDurations(seen);
  return new Map(model ? [[GATEWAY, { all: model, byType: new Map() }]] : []);
}

/** The longest gap that any model may cause at an age: doubling, two short intervals, five minutes at most. */
function mostGapMs(ageMs: number): number {
  return Math.min(BASE.maxIntervalMs, 1.5 * Math.max(2 * BASE.minIntervalMs, ageMs)) + 1;
}

describe('a learned schedule', () => {
  it('is the plain schedule for a gateway it knows nothing of', () => {
    const schedule = createLearnedSchedule(new Map(), BASE);
    fc.assert(
      fc.property(task, fc.integer({ min: -1_000, max: 90_000_000 }), (watched, age) => {
        const at = watched.registeredAtMs + age;
        expect(schedule.nextPollAt(watched, at)).toBe(plain.nextPollAt(watched, at, BASE));
        expect(schedule.countPolls(watched, at)).toBe(plain.countPolls(watched, at, BASE));
        expect(schedule.previousPollAt(watched, at)).toBe(plain.previousPollAt(watched, at, BASE));
      }),
    );
  });

  it('polls at once, and never lets an age more than double or five minutes pass', () => {
    fc.assert(
      fc.property(task, samples, (watched, seen) => {
        const schedule = createLearnedSchedule(learn(seen), BASE);
        let point = schedule.nextPollAt(watched, watched.registeredAtMs - 1);
        expect(point).toBe(watched.registeredAtMs);
        for (let i = 0; i < 150; i += 1) {
          const next = schedule.nextPollAt(watched, point);
          expect(next - point).toBeGreaterThanOrEqual(BASE.minIntervalMs / 8 - 1);
          expect(next - point).toBeLessThanOrEqual(mostGapMs(point - watched.registeredAtMs));
          point = next;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('misses and doubles nothing within one model, whatever the windows', () => {
    fc.assert(
      fc.property(task, samples, fc.integer({ min: 700, max: 60_000 }), (watched, seen, windowMs) => {
        const schedule = createLearnedSchedule(learn(seen), BASE);
        const start = watched.registeredAtMs - 10;
        const end = start + 400 * windowMs;
        const inWindows: number[] = [];
        for (let from = start; from < end; from += windowMs) {
          let point = schedule.nextPollAt(watched, from - 1);
          for (; point < from + windowMs; point = schedule.nextPollAt(watched, point)) inWindows.push(point);
        }
        const inOne: number[] = [];
        let point = schedule.nextPollAt(watched, start - 1);
        for (; point < end; point = schedule.nextPollAt(watched, point)) inOne.push(point);
        expect(inWindows).toEqual(inOne);
        expect(schedule.countPolls(watched, end - 1)).toBe(inOne.length);
      }),
      { numRuns: 40 },
    );
  });

  it('counts its points and knows the one before', () => {
    fc.assert(
      fc.property(task, samples, (watched, seen) => {
        const schedule = createLearnedSchedule(learn(seen), BASE);
        let previous = watched.registeredAtMs;
        let point = schedule.nextPollAt(watched, watched.registeredAtMs - 1);
        for (let count = 1; count <= 120; count += 1) {
          expect(schedule.countPolls(watched, point - 1)).toBe(count - 1);
          expect(schedule.countPolls(watched, point)).toBe(count);
          expect(schedule.previousPollAt(watched, point)).toBe(previous);
          previous = point;
          point = schedule.nextPollAt(watched, point);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the gap bounded where the next invocation has learned something else', () => {
    fc.assert(
      fc.property(task, samples, samples, fc.nat(3_000_000), (watched, before, after, age) => {
        const change = watched.registeredAtMs + age;
        const old = createLearnedSchedule(learn(before), BASE);
        const last = old.nextPollAt(watched, change) === change ? change : lastPointBefore(old, watched, change);
        const next = createLearnedSchedule(learn(after), BASE).nextPollAt(watched, change - 1);
        const bound = mostGapMs(last - watched.registeredAtMs) + mostGapMs(age);
        expect(next - last).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 60 },
    );
  });

  it('polls tasks registered together at different moments', () => {
    const seen = Array.from({ length: 40 }, (_, i) => ({ afterMs: 50_000, byMs: 60_000 + i * 100 }));
    const schedule = createLearnedSchedule(learn(seen), BASE);
    const seventh = Array.from({ length: 500 }, (_, i) => {
      const watched = { taskId: `task-${i}`, registeredAtMs: 0, instanceId: GATEWAY };
      let point = -1;
      for (let n = 0; n < 7; n += 1) point = schedule.nextPollAt(watched, point);
      return point;
    });
    expect(new Set(seventh).size).toBeGreaterThan(100);
  });
});

function lastPointBefore(schedule: ReturnType<typeof createLearnedSchedule>, watched: LearnableTask, atMs: number) {
  let last = watched.registeredAtMs;
  let point = schedule.nextPollAt(watched, watched.registeredAtMs - 1);
  for (; point < atMs; point = schedule.nextPollAt(watched, point)) last = point;
  return last;
}

type LearnableTask = Parameters<ReturnType<typeof createLearnedSchedule>['nextPollAt']>[0];
