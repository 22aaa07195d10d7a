import type { PollSchedule } from '../../functions/schedule/schedule.ts';
import type { ReplayResult } from './replay.ts';

const MIN_INTERVALS_S = [1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45];
const GROWTHS = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1];

/** The settings that are tried, never more than five minutes apart. */
export const SETTINGS: PollSchedule[] = MIN_INTERVALS_S.flatMap((seconds) =>
  GROWTHS.map((growth) => ({ minIntervalMs: seconds * 1_000, growth, maxIntervalMs: 300_000 })),
);

/** Whether `one` is no worse in polls and in relative delay, and better in one of them. */
export function dominates(one: ReplayResult, other: ReplayResult): boolean {
  const isNoWorse = one.polls <= other.polls && one.relativeDelay <= other.relativeDelay;
  return isNoWorse && (one.polls < other.polls || one.relativeDelay < other.relativeDelay);
}

/** Those that no other dominates, fewest polls first. */
export function frontierOf<T extends ReplayResult>(results: readonly T[]): T[] {
  return results
    .filter((result) => !results.some((other) => dominates(other, result)))
    .toSorted((a, b) => a.polls - b.polls);
}

/** The setting that beats the peer by most: the least product of both ratios among those with less of both. */
export function bestAgainst<T extends ReplayResult>(peer: ReplayResult, ours: readonly T[]): T | undefined {
  const better = ours.filter((own) => own.polls < peer.polls && own.relativeDelay < peer.relativeDelay);
  return better.toSorted((a, b) => a.polls * a.relativeDelay - b.polls * b.relativeDelay)[0];
}
