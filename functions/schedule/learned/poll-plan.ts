import { type PollSchedule, pollAges } from '../schedule.ts';
import type { DurationModel } from './duration-model.ts';

/** Ages at which to poll, ascending, in milliseconds. Beyond the last one the plain schedule goes on. */
export type PollPlan = number[];

/** The mean of the phases, for a plan is made once and then shifted for each task. */
const MEAN_PHASE = 0.25;

/**
 * The plan with the least expected delay that costs as many polls as `base` would, for durations as in `model`.
 *
 * One price for a poll, in milliseconds of delay, gives one best plan by dynamic programming over the model's ages;
 * the price at which the plan costs what `base` costs is found by bisection.
 * Whatever the model believes, a poll comes at the latest when the age has doubled (or two shortest intervals have
 * passed), so a wrong model delays nobody by more than the task has already taken.
 */
export function planPolls(model: DurationModel, base: PollSchedule): PollPlan {
  const course = prepare(model, base);
  // A poll is made when the task was not over at the one before; nothing is over at the registration.
  const plainAges = pollAges(course.horizonMs, MEAN_PHASE, base).filter((age) => age > 0);
  const budget = plainAges.reduce((polls, age) => polls + survivalAt(course, age), 1);
  let cheap = 0;
  let dear = Math.log(course.horizonMs * 10);
  for (let round = 0; round < 24; round += 1) {
    const price = (cheap + dear) / 2;
    if (bestPlan(course, Math.exp(price)).polls > budget) cheap = price;
    else dear = price;
  }
  const { ages } = bestPlan(course, Math.exp(dear));
  return withoutCrampedEnd(base.atOnce === false ? ages : [0, ...ages], course.leastGapMs);
}

/** The model's last age is always in a plan, however near the one before may be; the plain schedule goes on without it. */
function withoutCrampedEnd(plan: PollPlan, leastGapMs: number): PollPlan {
  const [before = 0, last = 0] = plan.slice(-2);
  return plan.length > 1 && last - before < leastGapMs ? plan.slice(0, -1) : plan;
}

/** The model with running sums, cut where its steps become longer than a gap may be. */
type Course = {
  ages: number[];
  /** Chance of having ended by `ages[i]`, and the sum of chance × age up to there. */
  ended: number[];
  moment: number[];
  horizonMs: number;
  leastGapMs: number;
  mostGapMs(ageMs: number): number;
};

function prepare(model: DurationModel, base: PollSchedule): Course {
  // A task's phase stretches a gap by up to a half, see learned-schedule.ts.
  const longest = base.maxIntervalMs / 1.5;
  const cut = model.ages.findIndex((age, i) => age - (model.ages[i - 1] ?? 0) > longest);
  const ages = cut < 0 ? model.ages : model.ages.slice(0, cut);
  const sums = { ended: [] as number[], moment: [] as number[] };
  ages.forEach((age, i) => {
    const mass = model.mass[i] ?? 0;
    sums.ended.push((sums.ended[i - 1] ?? 0) + mass);
    sums.moment.push((sums.moment[i - 1] ?? 0) + mass * ((age + (ages[i - 1] ?? 0)) / 2));
  });
  return {
    ages,
    ...sums,
    horizonMs: ages.at(-1) ?? 0,
    leastGapMs: base.minIntervalMs / 4,
    mostGapMs: (age) => Math.min(longest, Math.max(2 * base.minIntervalMs, age)),
  };
}

/** Chance that a task is not over at the age. */
function survivalAt({ ages, ended }: Course, ageMs: number): number {
  const above = ages.findIndex((age) => age > ageMs);
  return 1 - (ended[Math.max(0, above - 1)] ?? 0);
}

/**
 * Backwards from the horizon: `cost[i]` is the least expected cost of a task that was not over at `ages[i]`, times the
 * chance of that. From there the next poll may be at any `j` within the allowed gaps.
 */
function bestPlan(course: Course, price: number): { ages: number[]; polls: number } {
  const last = course.ages.length - 1;
  const cost = new Array<number>(last + 1).fill(0);
  const next = new Array<number>(last + 1).fill(last);
  for (let i = last - 1; i >= 0; i -= 1) {
    const [j, least] = bestNext(course, cost, i);
    next[i] = j;
    cost[i] = least + price * (1 - (course.ended[i] ?? 0));
  }
  const ages: number[] = [];
  let polls = 0;
  for (let i = 0; i < last; i = next[i] ?? last) {
    polls += 1 - (course.ended[i] ?? 0);
    ages.push(course.ages[next[i] ?? last] ?? 0);
  }
  return { ages, polls };
}

/** The best allowed `j` after `i`, and its cost without the price of the poll. */
function bestNext(course: Course, cost: number[], i: number): [number, number] {
  const { ages, ended, moment } = course;
  let best: [number, number] = [ages.length - 1, Number.POSITIVE_INFINITY];
  for (const j of allowedAfter(course, i)) {
    const missed = (ended[j] ?? 0) - (ended[i] ?? 0);
    const delay = (ages[j] ?? 0) * missed - ((moment[j] ?? 0) - (moment[i] ?? 0));
    const total = delay + (cost[j] ?? 0);
    if (total < best[1]) best = [j, total];
  }
  return best;
}

/** The next ages that are neither too near nor too far; at least one, for the last age is always allowed. */
function* allowedAfter({ ages, leastGapMs, mostGapMs }: Course, i: number): Iterable<number> {
  const from = ages[i] ?? 0;
  const last = ages.length - 1;
  let j = i + 1;
  while (j < last && (ages[j] ?? 0) - from < leastGapMs) j += 1;
  yield j;
  for (j += 1; j <= last && (ages[j] ?? 0) - from <= mostGapMs(from); j += 1) yield j;
}
