import type { Clock } from '../tasks/ports.ts';

/** A profile's request rate in this process. */
export type RateLimiter = {
  /** Waits for a turn where there is none at once; false when none comes before `untilMs`. */
  take(untilMs: number, signal?: AbortSignal): boolean | Promise<boolean>;
  /** The upstream said "slow down": halves the rate and pauses for `pauseMs`. */
  throttled(pauseMs: number): void;
  /** Requests a second, now. */
  rate(): number;
};

/** How much of the full rate comes back per second after a throttle. */
const RECOVERY_PER_SECOND = 0.02;
const LOWEST_SHARE = 1 / 64;
/** What an idle time may be made up for: late timers, but no second burst within the upstream's own second. */
const BURST_MS = 100;

/**
 * Spaces requests evenly at `perSecond`, halves at each throttle and recovers linearly (AIMD, as TCP does), so that a
 * limit that is shared with others is found rather than fought. A throttle takes back the turns that are still waited
 * for; those of requests in flight together halve the rate once.
 */
export function createRateLimiter(perSecond: number, clock: Clock): RateLimiter {
  let share = 1;
  let shareAtMs = clock.now();
  let nextTurnMs = clock.now() - BURST_MS;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let throttles = 0;

  const currentShare = (nowMs: number) => {
    share = Math.min(1, share + ((nowMs - shareAtMs) / 1000) * RECOVERY_PER_SECOND);
    shareAtMs = nowMs;
    return share;
  };
  const reserve = (nowMs: number, untilMs: number): number | undefined => {
    const turnMs = Math.max(nextTurnMs, nowMs - BURST_MS);
    if (turnMs > untilMs) return undefined;
    nextTurnMs = turnMs + 1000 / (perSecond * currentShare(nowMs));
    return turnMs;
  };
  const waitForTurn = async (firstMs: number, untilMs: number, signal: AbortSignal | undefined): Promise<boolean> => {
    for (let turnMs: number | undefined = firstMs; turnMs !== undefined; turnMs = reserve(clock.now(), untilMs)) {
      const known = throttles;
      const waitMs = turnMs - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      if (signal?.aborted) return false;
      if (known === throttles) return true;
    }
    return false;
  };
  return {
    take(untilMs, signal) {
      const nowMs = clock.now();
      const turnMs = reserve(nowMs, untilMs);
      if (turnMs === undefined || signal?.aborted) return false;
      return turnMs <= nowMs || waitForTurn(turnMs, untilMs, signal);
    },
    throttled(pauseMs) {
      const nowMs = clock.now();
      const halved = nowMs < pausedUntilMs ? currentShare(nowMs) : currentShare(nowMs) / 2;
      share = Math.max(LOWEST_SHARE, halved);
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + pauseMs);
      nextTurnMs = pausedUntilMs;
      throttles += 1;
    },
    rate: () => perSecond * currentShare(clock.now()),
  };
}
