const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Trying goes on this long after the first attempt. */
export const RETRY_FOR_MS = 24 * HOUR_MS;
/** SQS hides a message for at most 12 hours from its receipt, the attempt itself included. */
export const MAX_RETRY_DELAY_MS = 12 * HOUR_MS - 10 * MINUTE_MS;
/** Before its time is over, a delivery gets one last attempt at the very end; nearer to it, no other is worth while. */
const LAST_STEP_MS = MINUTE_MS;

/** Waits after the first, second, … attempt; the last one repeats. */
const STEPS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
] as const;
const LONGEST_STEP_MS = 4 * HOUR_MS;
/** Waits differ by up to a fifth either way, so that what failed together does not come back together. */
const JITTER = 0.2;

export type FailedAttempt = {
  /** How many attempts there were, this one included. */
  attempts: number;
  /** When the first one was. */
  firstAtMs: number;
  nowMs: number;
  /** What the receiver asked for in `Retry-After`. */
  retryAfterMs?: number | undefined;
};

export type NextAttempt = { kind: 'retry'; delayMs: number } | { kind: 'exhausted' };

/** Says whether and when a failed delivery is tried again. */
export type RetryPolicy = (failed: FailedAttempt) => NextAttempt;

/**
 * Growing waits for 24 hours, never shorter than the receiver asks for; the last attempt is at the end of the 24 hours.
 * `random` gives 0 ≤ x < 1.
 */
export function createRetryPolicy(random: () => number): RetryPolicy {
  return ({ attempts, firstAtMs, nowMs, retryAfterMs = 0 }) => {
    const leftMs = firstAtMs + RETRY_FOR_MS - nowMs;
    if (leftMs < LAST_STEP_MS) return { kind: 'exhausted' };
    const stepMs = STEPS_MS[Math.max(attempts, 1) - 1] ?? LONGEST_STEP_MS;
    const jittered = Math.round(stepMs * (1 - JITTER + 2 * JITTER * random()));
    return { kind: 'retry', delayMs: Math.min(Math.max(jittered, retryAfterMs), leftMs, MAX_RETRY_DELAY_MS) };
  };
}
