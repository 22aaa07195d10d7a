/** How many of the newest samples are held against the older ones: few notice soon, many notice little. */
const RECENT = [5, 8, 16, 32, 64];
/** Kolmogorov-Smirnov's factor at the level 0.1 %: one false alarm in a thousand looks. */
const CRITICAL = 1.95;

/**
 * How many of the newest durations are since the world changed: where newest and older differ most, if they differ too
 * much to be the same tasks' (two-sample Kolmogorov-Smirnov test). Undefined when they do not. Newest first.
 */
export function countSinceShift(durations: readonly number[]): number | undefined {
  const candidates = RECENT.filter((count) => count * 2 <= durations.length).map((count) => ({
    count,
    strength: shiftStrength(durations.slice(0, count), durations.slice(count)),
  }));
  const strongest = candidates.toSorted((a, b) => b.strength - a.strength)[0];
  return strongest && strongest.strength > CRITICAL ? strongest.count : undefined;
}

/** The test's statistic: the largest gap between both distributions, scaled by how much chance would explain. */
function shiftStrength(recent: number[], older: number[]): number {
  return largestGap(sorted(recent), sorted(older)) / Math.sqrt(1 / recent.length + 1 / older.length);
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
