const WINDOW_MS = 60_000;
/** Kept back at the end of an invocation for polls and settlements under way. */
const RESERVE_MS = 15_000;
/** What a run that was called late has for its window; the next one may have begun by then. */
const LATE_MS = 30_000;

/** When a run was due and was called (epoch milliseconds), and how long it may go on from then. */
export type Run = { startMs: number; nowMs: number; remainingMs: number };

/**
 * When a run starts its last poll: with its minute, for past that it would add its rate to that of the next run, and
 * Huawei sees both together.
 */
export function runEnd({ startMs, nowMs, remainingMs }: Run): number {
  return Math.min(nowMs + remainingMs - RESERVE_MS, Math.max(startMs + WINDOW_MS, nowMs + LATE_MS));
}
