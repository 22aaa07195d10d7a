/** The value below which `share` of the sorted values lie. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new RangeError('no values');
  return value;
}

/** The middle of several runs, and how far apart their ends are as a share of it. */
export type Spread = { median: number; least: number; most: number };

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length % 2 === 1 ? quantile(sorted, 0.5) : meanOfMiddle(sorted);
  return { median: middle, least: quantile(sorted, 0), most: quantile(sorted, 1) };
}

function meanOfMiddle(sorted: number[]): number {
  const half = sorted.length / 2;
  return (quantile(sorted, 0.5) + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** Each run against the other's of the same round: what the machine was doing then hit both. */
export function ratiosOf(runs: readonly number[], others: readonly number[]): number[] {
  return runs.map((value, round) => value / (others[round] ?? Number.NaN));
}

/** `0.66–1.02`. */
export function formatSpread({ least, most }: Spread, decimals = 2): string {
  return `${least.toFixed(decimals)}–${most.toFixed(decimals)}`;
}
