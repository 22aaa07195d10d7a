import type { Clock } from './ports.ts';

/** A profile's request rate in this process. */
export type RateLimiter = {
  /** Waits for a turn; false when none comes before `untilMs`. */
  take(untilMs: number, signal?: AbortSignal): Promise<boolean>;
  /** The upstream said "slow down": halves the rate and pauses for `pauseMs`. */
  throttled(pauseMs: number): void;
  /** Requests a second, now. */
  rate(): number;
};

/** How much of the full rate comes back per second after a throttle. */
const RECOVERY_PER_SECOND = 0.02;
const LOWEST_SHARE = 1 / 64;

/**
 * Spaces requests evenly at `perSecond`, halves at each throttle and recovers linearly (AIMD, as TCP does), so that a
 * limit that is shared with others is found rather than fought. An idle second buys a burst of at most one second.
 */
export function createRateLimiter(perSecond: number, clock: Clock): RateLimiter {
  let share = 1;
  let shareAtMs = clock.now();
  let nextTurnMs = clock.now() - 1000;

  const currentShare = (nowMs: number) => {
    share = Math.min(1, share + ((nowMs - shareAtMs) / 1000) * RECOVERY_PER_SECOND);
    shareAtMs = nowMs;
    return share;
  };
  const reserve = (nowMs: number, untilMs: number): number | undefined => {
    const turnMs = Math.max(nextTurnMs, nowMs - 1000);
    if (turnMs > untilMs) return undefined;
    nextTurnMs = turnMs + 1000 / (perSecond * currentShare(nowMs));
    return turnMs;
  };
  return {
    async take(untilMs, signal) {
      const nowMs = clock.now();
      const turnMs = reserve(nowMs, untilMs);
      if (turnMs === undefined) return false;
      if (turnMs > nowMs) await clock.sleep(turnMs - nowMs, signal);
      return !signal?.aborted;
    },
    throttled(pauseMs) {
      const nowMs = clock.now();
      share = Math.max(LOWEST_SHARE, currentShare(nowMs) / 2);
      nextTurnMs = Math.max(nextTurnMs, nowMs + pauseMs);
    },
    rate: () => perSecond * currentShare(clock.now()),
  };
}
