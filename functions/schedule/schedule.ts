import type { PendingTask } from '../tasks/task.ts';

/** How often a task of some age is polled. Intervals are milliseconds, `growth` is a share of the age (0.3 = 30 %). */
export type PollSchedule = {
  /** Interval while the task is young; must be positive. */
  minIntervalMs: number;
  /** Each age at which a task is polled is this much larger than the one before, once that exceeds `minIntervalMs`. */
  growth: number;
  /** No two polls of a task are further apart. */
  maxIntervalMs: number;
  /** False leaves out the poll at registration, which rarely finds a task over. Default true. */
  atOnce?: boolean;
  /** The age at which other rules gave way to this schedule; its first point is half an interval to one later. */
  fromAgeMs?: number;
};

/** What the schedule needs to know of a task. */
export type ScheduledTask = Pick<PendingTask, 'taskId' | 'registeredAtMs'>;

/** Chosen with `npm run bench -- schedule`; the reasons are in docs/decisions. */
export const DEFAULT_SCHEDULE: PollSchedule = { minIntervalMs: 4_000, growth: 0.25, maxIntervalMs: 300_000 };

/** The default schedule, with another shortest interval where a setting has one. */
export function withMinInterval(minIntervalMs: number | undefined): PollSchedule {
  return { ...DEFAULT_SCHEDULE, ...(minIntervalMs !== undefined && { minIntervalMs }) };
}

/** When a task is due, as pure functions of the task; times are epoch milliseconds. */
export type TaskSchedule = {
  nextPollAt(task: PendingTask, afterMs: number): number;
  countPolls(task: PendingTask, untilMs: number): number;
  previousPollAt(task: PendingTask, atMs: number): number;
};

/** The plain schedule, with its settings filled in. */
export function createTaskSchedule(schedule: PollSchedule): TaskSchedule {
  return {
    nextPollAt: (task, afterMs) => nextPollAt(task, afterMs, schedule),
    countPolls: (task, untilMs) => countPolls(task, untilMs, schedule),
    previousPollAt: (task, atMs) => previousPollAt(task, atMs, schedule),
  };
}

/**
 * The first poll point of the task strictly after `afterMs` (both epoch milliseconds).
 *
 * The points of a task are fixed by its id, its registration and the schedule alone: the first is the registration
 * itself, the following thin out with age and are shifted by a share of the interval that the id decides.
 * So windows that cover a time without overlap see every point once, whoever asks and whenever.
 */
export function nextPollAt(task: ScheduledTask, afterMs: number, schedule: PollSchedule): number {
  const early = earlinessOf(task, schedule);
  const index = firstIndexAfter(afterMs - task.registeredAtMs, early, schedule);
  return task.registeredAtMs + ageOfPoll(index, early, schedule);
}

/** How many poll points the task has had up to and including `untilMs` (epoch milliseconds). */
export function countPolls(task: ScheduledTask, untilMs: number, schedule: PollSchedule): number {
  return firstIndexAfter(untilMs - task.registeredAtMs, earlinessOf(task, schedule), schedule) - firstIndex(schedule);
}

/**
 * The poll point before the one that is current at `atMs`: what is seen to be over in the current poll was not over
 * then. The registration where there was none. Epoch milliseconds.
 */
export function previousPollAt(task: ScheduledTask, atMs: number, schedule: PollSchedule): number {
  const early = earlinessOf(task, schedule);
  const index = firstIndexAfter(atMs - task.registeredAtMs, early, schedule) - 2;
  return task.registeredAtMs + (index < firstIndex(schedule) ? 0 : ageOfPoll(index, early, schedule));
}

/** Every age up to `untilMs` at which a task is polled whose polls are early by the share `early` (see `phase`). */
export function pollAges(untilMs: number, early: number, schedule: PollSchedule): number[] {
  const ages: number[] = [];
  for (let index = firstIndex(schedule); ; index += 1) {
    const age = ageOfPoll(index, early, schedule);
    if (age > untilMs) return ages;
    ages.push(age);
  }
}

/**
 * The share of an interval, in [0, 0.5), by which a task's polls are early, so that tasks registered together part.
 * Half an interval and no more, or the second poll would follow the first at once.
 * FNV-1a with Murmur3's finalizer, because consecutive ids must not get neighbouring phases.
 */
export function phase(taskId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < taskId.length; i += 1) hash = Math.imul(hash ^ taskId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 33;
}

/** How many steps the task's points lie before those of the curve; fewer than none where the curve begins later. */
function earlinessOf(task: ScheduledTask, schedule: PollSchedule): number {
  const early = phase(task.taskId);
  return schedule.fromAgeMs === undefined ? early : early - stepOfAge(schedule.fromAgeMs, schedule);
}

function firstIndex({ atOnce, fromAgeMs }: PollSchedule): number {
  return atOnce === false || fromAgeMs !== undefined ? 1 : 0;
}

function firstIndexAfter(ageMs: number, early: number, schedule: PollSchedule): number {
  const first = firstIndex(schedule);
  if (ageMs < 0) return first;
  // The inverse is exact but for rounding, so start one point early and step: at most twice.
  let index = Math.max(first, Math.ceil(stepOfAge(ageMs, schedule) + early) - 1);
  while (ageOfPoll(index, early, schedule) <= ageMs) index += 1;
  return index;
}

/** Age in whole milliseconds at the poll number `index`, counted from 0. */
function ageOfPoll(index: number, early: number, schedule: PollSchedule): number {
  return index === 0 ? 0 : Math.round(ageOfStep(index - early, schedule));
}

/*
 * The curve behind the points is `age(step)` with `age' = clamp(rate × age, min, max)` and `rate = ln(1 + growth)`:
 *
 *   age │            ╱  straight, max a step
 *       │          ╱
 *       │      _─╯      exponential, × (1 + growth) a step
 *       │ __──          straight, min a step
 *       └──────────── step
 *
 * It has no kink, so every interval lies between min and max and none is shorter than the one before, for any phase.
 * All three pieces and their inverses are closed forms: an old task costs no more than a young one.
 */
function ageOfStep(step: number, schedule: PollSchedule): number {
  const { minIntervalMs, maxIntervalMs, growth } = schedule;
  const rate = Math.log1p(growth);
  const growing = step * rate - 1;
  if (growing <= 0) return step * minIntervalMs;
  const straight = growing - Math.log(maxIntervalMs / minIntervalMs);
  if (straight <= 0) return (minIntervalMs / rate) * Math.exp(growing);
  return (maxIntervalMs / rate) * (1 + straight);
}

function stepOfAge(ageMs: number, schedule: PollSchedule): number {
  const { minIntervalMs, maxIntervalMs, growth } = schedule;
  const rate = Math.log1p(growth);
  const youngSteps = ageMs / minIntervalMs;
  if (youngSteps * rate <= 1) return youngSteps;
  const oldSteps = (ageMs * rate) / maxIntervalMs;
  if (oldSteps <= 1) return (1 + Math.log(youngSteps * rate)) / rate;
  return (Math.log(maxIntervalMs / minIntervalMs) + oldSteps) / rate;
}
