/** A stream of numbers in [0, 1), the same for the same seed, so that two runs replay the same workload. */
export type Random = () => number;

/** Mulberry32: 32 bits of state, good enough to draw durations from. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Log-normal: half of the values lie below `median`, and `sigma` is the spread of their logarithm. */
export function logNormal(random: Random, median: number, sigma: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random()));
}

/** Pareto: the tail falls as the power `-alpha` from `least` on. */
export function pareto(random: Random, least: number, alpha: number): number {
  return least * (1 - random()) ** (-1 / alpha);
}
