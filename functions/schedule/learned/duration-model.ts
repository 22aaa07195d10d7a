import { countSinceShift } from './duration-shift.ts';

/** What the polls of one task say about its duration: over at an age in (`afterMs`, `byMs`]. */
export type DurationSample = { afterMs: number; byMs: number };

/** How likely a task ends in each stretch of its life. `mass[i]` belongs to (`ages[i - 1]`, `ages[i]`]; `ages[0]` is 0. */
export type DurationModel = { ages: number[]; mass: number[]; samples: number };

/** Fewer say nothing that the plain schedule would not do better. */
const LEAST_SAMPLES = 12;
const MOST_SAMPLES = 200;
const ROUNDS = 12;
/** Makes the smoothing a bell of two bins' standard deviation, a tenth of the age. Less fits the chance of the draw. */
const SMOOTHINGS = 8;

/**
 * Learns how long tasks take from samples of one gateway (or one gateway and task type), newest first.
 * Undefined when too little is known, and when the newest samples no longer look like the older ones and are too few.
 */
export function learnDurations(samples: readonly DurationSample[]): DurationModel | undefined {
  const known = forgetOtherWorld(samples.slice(0, MOST_SAMPLES));
  if (known.length < LEAST_SAMPLES) return undefined;
  const longest = known.reduce((most, { byMs }) => Math.max(most, byMs), 0);
  const ages = ageGrid(longest * 1.5);
  return { ages, mass: estimateMass(known, ages), samples: known.length };
}

/** The newest samples back to the last change, all of them when there was none. */
function forgetOtherWorld(samples: DurationSample[]): DurationSample[] {
  const recent = countSinceShift(samples.map(({ afterMs, byMs }) => (afterMs + byMs) / 2));
  return recent === undefined ? samples : samples.slice(0, recent);
}

/** Half-second steps at first, then 5 % of the age: finer than any poll is worth. */
function ageGrid(longestMs: number): number[] {
  const ages = [0];
  for (let age = 0; age < longestMs; ages.push(age)) age = Math.round(age + Math.max(500, age * 0.05));
  return ages;
}

/**
 * Polls only tell that a task ended between two of them, and taking the later one for the end would teach the schedule
 * to poll where it polled before. So the density is estimated from the intervals, by expectation-maximisation with
 * smoothing (Silverman, Jones, Wilson and Nychka, "A smoothed EM approach to indirect estimation problems", 1990).
 */
function estimateMass(samples: DurationSample[], ages: number[]): number[] {
  const spans = samples.map((sample) => binsOf(sample, ages));
  const prior = logUniform(ages);
  let mass = prior;
  for (let round = 0; round < ROUNDS; round += 1) {
    let next = expected(spans, mass);
    for (let pass = 0; pass < SMOOTHINGS; pass += 1) next = smooth(next);
    // One sample's worth of "anything may happen", so that no age is ever given up.
    mass = next.map((value, i) => (value + (prior[i] ?? 0)) / (samples.length + 1));
  }
  return mass;
}

/** Shares each sample out over the bins that it may have ended in, as likely as `mass` says. */
function expected(spans: [number, number][], mass: number[]): number[] {
  const counts = mass.map(() => 0);
  for (const [from, to] of spans) {
    let total = 0;
    for (let i = from; i <= to; i += 1) total += mass[i] ?? 0;
    for (let i = from; i <= to; i += 1) counts[i] = (counts[i] ?? 0) + (mass[i] ?? 0) / total;
  }
  return counts;
}

function smooth(counts: number[]): number[] {
  const last = counts.length - 1;
  return counts.map((count, i) => {
    if (i === 0) return 0;
    const before = counts[Math.max(1, i - 1)] ?? 0;
    const after = counts[Math.min(last, i + 1)] ?? 0;
    return (before + 2 * count + after) / 4;
  });
}

/** First and last bin that the sample's interval touches. */
function binsOf({ afterMs, byMs }: DurationSample, ages: number[]): [number, number] {
  const firstAbove = ages.findIndex((age) => age > afterMs);
  const from = Math.max(1, firstAbove);
  const to = ages.findIndex((age) => age >= byMs);
  return [from, Math.max(from, to)];
}

/** Every factor of time equally likely. */
function logUniform(ages: number[]): number[] {
  const widths = ages.map((age, i) => (i === 0 ? 0 : Math.log((age + 1_000) / ((ages[i - 1] ?? 0) + 1_000))));
  const total = widths.reduce((sum, width) => sum + width, 0);
  return widths.map((width) => width / total);
}
