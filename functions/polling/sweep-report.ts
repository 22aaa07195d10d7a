/** What became of a profile's due tasks. The rest was left out by chance. */
export type Turns = { due: number; polled: number; withoutTurn: number };

/** What one sweep found and did. */
export type SweepReport = {
  /** False when a page could not be read: nobody knows what the rest of the segment holds. */
  isWhole: boolean;
  pending: number;
  due: number;
  polled: number;
  /** Due, but left out or without a turn before `untilMs`. Their next point comes, for chance picks who is left out. */
  missed: number;
  turns: Map<string, Turns>;
  oldestAgeMs: number;
  /** The earliest poll point after `nowMs` among the tasks that stay pending. */
  nextDueMs: number;
};

/** The report of a sweep that has not begun. */
export function emptyReport(): SweepReport {
  const counts = { pending: 0, due: 0, polled: 0, missed: 0, oldestAgeMs: 0 };
  return { isWhole: true, ...counts, turns: new Map(), nextDueMs: Number.POSITIVE_INFINITY };
}

/** The profile's turns, to count in. */
export function turnsOf({ turns }: SweepReport, profile: string): Turns {
  const known = turns.get(profile);
  if (known) return known;
  const none = { due: 0, polled: 0, withoutTurn: 0 };
  turns.set(profile, none);
  return none;
}
