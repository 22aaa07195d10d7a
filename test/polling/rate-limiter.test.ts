import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../functions/polling/lines.ts';
import { createFakeClock, START_MS } from '../support/fixtures.ts';

/** Takes turns one after another until `ms` are over; gives the times. */
async function takeFor(ms: number, perSecond: number, at?: (turn: number) => number | undefined) {
  const clock = createFakeClock();
  const limiter = createRateLimiter(perSecond, clock);
  const times: number[] = [];
  while (await limiter.take(START_MS + ms)) {
    times.push(clock.now() - START_MS);
    const pauseMs = at?.(times.length);
    if (pauseMs !== undefined) limiter.throttled(pauseMs);
  }
  return { times, limiter, clock };
}

describe('a rate limiter', () => {
  it('never lets through more than its rate and a burst of a tenth of a second', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 20 }),
        async (perSecond, seconds) => {
          const { times } = await takeFor(seconds * 1000, perSecond);
          expect(times.length).toBeLessThanOrEqual((perSecond * (seconds * 10 + 1)) / 10 + 1);
          expect(times.length).toBeGreaterThanOrEqual(perSecond * seconds);
        },
      ),
    );
  });

  it('halves its rate at each throttle, pauses, and recovers over a minute', async () => {
    const { times, limiter, clock } = await takeFor(10_000, 10, (turn) => (turn === 15 ? 2_000 : undefined));
    const throttledMs = times[14] ?? 0;
    expect(times[15]).toBeGreaterThanOrEqual(throttledMs + 2_000);
    expect(limiter.rate()).toBeLessThan(8);
    clock.advance(60_000);
    expect(limiter.rate()).toBe(10);
  });

  it('keeps a share of its rate however often it is throttled', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(64, clock);
    for (let i = 0; i < 100; i += 1) limiter.throttled(0);
    expect(limiter.rate()).toBe(1);
  });

  it('takes back the turns that others wait for when it is throttled', async () => {
    let nowMs = START_MS;
    const sleepers: (() => void)[] = [];
    const clock = { now: () => nowMs, sleep: () => new Promise<void>((wake) => sleepers.push(wake)) };
    const limiter = createRateLimiter(1, clock);
    await limiter.take(START_MS + 60_000);
    const waiting = limiter.take(START_MS + 60_000);
    limiter.throttled(30_000);
    nowMs += 1_000;
    sleepers.shift()?.();
    expect(await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve, 'waits on'))])).toBe('waits on');
    nowMs = START_MS + 30_000;
    sleepers.shift()?.();
    expect(await waiting).toBe(true);
  });

  it('halves once for all requests that were in flight together', () => {
    const limiter = createRateLimiter(64, createFakeClock());
    for (let i = 0; i < 32; i += 1) limiter.throttled(1_000);
    expect(limiter.rate()).toBe(32);
  });

  it('gives no turn once it is asked to stop', async () => {
    const stop = AbortSignal.abort();
    expect(await createRateLimiter(10, createFakeClock()).take(START_MS + 1_000, stop)).toBe(false);
  });
});
