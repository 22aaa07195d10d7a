import { createRandom, logNormal, pareto, type Random } from '../random.ts';

/** A class of tasks: how often it occurs and how long one of them takes, in milliseconds. */
type TaskClass = { share: number; name: string; draw: (random: Random) => number };

/**
 * Huawei publishes no durations, so these are stated, not measured: imports of seconds to minutes, most of them short
 * and some with a heavy tail (many APIs, a busy gateway), and exports of seconds to an hour.
 */
export const TASK_CLASSES: TaskClass[] = [
  { share: 0.5, name: 'import, log-normal: median 8 s, sigma 1.0', draw: (r) => logNormal(r, 8_000, 1) },
  { share: 0.2, name: 'import, Pareto: from 4 s, alpha 1.1', draw: (r) => pareto(r, 4_000, 1.1) },
  { share: 0.3, name: 'export, log-normal: median 60 s, sigma 1.5', draw: (r) => logNormal(r, 60_000, 1.5) },
];

const SHORTEST_MS = 500;
const LONGEST_MS = 3_600_000;

/** `count` durations in milliseconds from the mix of classes, kept within half a second and an hour. */
export function drawDurations(count: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => {
    const drawn = pickClass(random()).draw(random);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, drawn));
  });
}

function pickClass(position: number): TaskClass {
  let passed = 0;
  for (const candidate of TASK_CLASSES) {
    passed += candidate.share;
    if (position < passed) return candidate;
  }
  throw new Error('the shares of the task classes must sum to 1');
}
