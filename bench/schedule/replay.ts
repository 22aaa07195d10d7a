import { createRandom } from '../random.ts';
import { quantile } from '../stats.ts';
import type { Waiter } from './waiters.ts';

/** What a way of waiting cost and how late it noticed, over all replayed tasks. Times are milliseconds. */
export type ReplayResult = {
  name: string;
  /** Mean polls a task, the one that found it over included. */
  polls: number;
  delayMs: number;
  delayP50Ms: number;
  delayP95Ms: number;
  /** Mean of delay ÷ duration, where a duration counts as 10 s at least: nobody minds 2 s after a task of 1 s. */
  relativeDelay: number;
};

const RELATIVE_FLOOR_MS = 10_000;

/** Waits for every task in `durationsMs` and says what it took; the same seed gives the same jitter. */
export function replay(waiter: Waiter, durationsMs: Float64Array, seed = 1): ReplayResult {
  const random = createRandom(seed);
  const delays = new Float64Array(durationsMs.length);
  let polls = 0;
  let relative = 0;
  durationsMs.forEach((duration, i) => {
    const nextAge = waiter.start(random);
    let age: number;
    do {
      age = nextAge();
      polls += 1;
    } while (age < duration);
    delays[i] = age - duration;
    relative += (age - duration) / Math.max(duration, RELATIVE_FLOOR_MS);
  });
  const tasks = durationsMs.length;
  const total = delays.reduce((sum, delay) => sum + delay, 0);
  delays.sort();
  return {
    name: waiter.name,
    polls: polls / tasks,
    delayMs: total / tasks,
    delayP50Ms: quantile(delays, 0.5),
    delayP95Ms: quantile(delays, 0.95),
    relativeDelay: relative / tasks,
  };
}
