import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRetryPolicy,
  type FailedAttempt,
  MAX_RETRY_DELAY_MS,
  RETRY_FOR_MS,
} from '../../functions/channels/queues.ts';

const HOUR_MS = 3_600_000;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const middle = createRetryPolicy(() => 0.5);

/** When a delivery that always fails is attempted, in ms from the first attempt; each attempt takes `attemptMs`. */
function attemptTimes(random: () => number, attemptMs = 0): number[] {
  const retry = createRetryPolicy(random);
  const times = [0];
  for (let nowMs = attemptMs; ; nowMs += attemptMs) {
    const next = retry({ attempts: times.length, firstAtMs: 0, nowMs });
    if (next.kind === 'exhausted') return times;
    nowMs += next.delayMs;
    times.push(nowMs);
  }
}

describe('the retries of a webhook', () => {
  it('grow from seconds to hours, and the last is a day after the first', () => {
    const seconds = attemptTimes(() => 0.5).map((ms) => ms / 1000);
    expect(seconds.slice(0, 9)).toEqual([0, 5, 35, 155, 755, 2_555, 6_155, 13_355, 27_755]);
    expect(seconds.at(-1)).toBe(86_400);
  });

  it('are few, and end a day after the first attempt, whatever the jitter', () => {
    fc.assert(
      fc.property(fc.infiniteStream(random), fc.integer({ min: 0, max: 10_000 }), (stream, attemptMs) => {
        const times = attemptTimes(() => stream.next().value ?? 0, attemptMs);
        expect(times.length).toBeGreaterThan(10);
        // The queue moves a message away after 50 receives: trouble of our own may add many before that.
        expect(times.length).toBeLessThanOrEqual(18);
        const last = times.at(-1) ?? 0;
        expect(last).toBeGreaterThan(RETRY_FOR_MS - 60_000 - attemptMs);
        expect(last).toBeLessThanOrEqual(RETRY_FOR_MS);
      }),
    );
  });

  it('jitter by up to a fifth either way', () => {
    const failed: FailedAttempt = { attempts: 3, firstAtMs: 0, nowMs: 40_000 };
    expect(createRetryPolicy(() => 0)(failed)).toEqual({ kind: 'retry', delayMs: 96_000 });
    expect(createRetryPolicy(() => 1)(failed)).toEqual({ kind: 'retry', delayMs: 144_000 });
  });

  it('never come before the receiver wants them', () => {
    const ask = (retryAfterMs: number) => middle({ attempts: 1, firstAtMs: 0, nowMs: 1_000, retryAfterMs });
    expect(ask(HOUR_MS)).toEqual({ kind: 'retry', delayMs: HOUR_MS });
    expect(ask(0)).toEqual({ kind: 'retry', delayMs: 5_000 });
  });

  it('stay within what the queue can hide and the day that is left, whatever the receiver asks for', () => {
    const failures = fc.record({
      attempts: fc.integer({ min: 1, max: 60 }),
      firstAtMs: fc.constant(0),
      nowMs: fc.integer({ min: 0, max: 2 * RETRY_FOR_MS }),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: RETRY_FOR_MS }), { nil: undefined }),
    });
    fc.assert(
      fc.property(failures, random, (failed, jitter) => {
        const next = createRetryPolicy(() => jitter)(failed);
        const leftMs = RETRY_FOR_MS - failed.nowMs;
        expect(next.kind).toBe(leftMs < 60_000 ? 'exhausted' : 'retry');
        if (next.kind === 'exhausted') return;
        expect(next.delayMs).toBeGreaterThanOrEqual(4_000);
        expect(next.delayMs).toBeLessThanOrEqual(Math.min(leftMs, MAX_RETRY_DELAY_MS));
        expect(next.delayMs).toBeGreaterThanOrEqual(Math.min(failed.retryAfterMs ?? 0, leftMs, MAX_RETRY_DELAY_MS));
      }),
      { numRuns: 2_000 },
    );
  });
});
