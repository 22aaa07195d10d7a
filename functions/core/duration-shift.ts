/** Kolmogorov-Smirnov's factor at the level 0.1 %: one false alarm in a thousand looks. */
const CRITICAL = 1.95;

/** Whether two sets of durations are too different to be the same tasks' (two-sample Kolmogorov-Smirnov test). */
export function hasShifted(recent: readonly number[], older: readonly number[]): boolean {
  if (older.length < recent.length) return false;
  const bound = CRITICAL * Math.sqrt(1 / recent.length + 1 / older.length);
  return largestGap(sorted(recent), sorted(older)) > bound;
}

/** The largest difference between the shares of both that lie at or below one value. */
function largestGap(a: number[], b: number[]): number {
  let inA = 0;
  let inB = 0;
  let gap = 0;
  while (inA < a.length && inB < b.length) {
    const value = Math.min(a[inA] ?? 0, b[inB] ?? 0);
    while ((a[inA] ?? Number.POSITIVE_INFINITY) <= value) inA += 1;
    while ((b[inB] ?? Number.POSITIVE_INFINITY) <= value) inB += 1;
    gap = Math.max(gap, Math.abs(inA / a.length - inB / b.length));
  }
  return gap;
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
