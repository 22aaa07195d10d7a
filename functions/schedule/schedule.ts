import type { PendingTask } from '../tasks/task.ts';

/** How often a task of some age is polled. Intervals are milliseconds, `growth` is a share of the age (0.1 = 10 %). */
export type PollSchedule = {
  /** Interval while the task is young; must be positive. */
  minIntervalMs: number;
  /** Each age at which a task is polled is this much larger than the one before, once that exceeds `minIntervalMs`. */
  growth: number;
  /** No two polls of a task are further apart. */
  maxIntervalMs: number;
};

/** What the schedule needs to know of a task. */
export type ScheduledTask = Pick<PendingTask, 'taskId' | 'registeredAtMs'>;

/** Chosen with `npm run bench -- schedule`; the reasons are in docs/decisions. */
export const DEFAULT_SCHEDULE: PollSchedule = { minIntervalMs: 2_000, growth: 0.1, maxIntervalMs: 300_000 };

/**
 * The age of a task at its first poll. A scan may pass a row that is put, or becomes visible, a moment later: a second
 * is the margin that the row has before the scan of its first point begins.
 */
export const FIRST_POLL_AFTER_MS = 1_000;

/** The default schedule, with another shortest interval where a setting has one. */
export function withMinInterval(minIntervalMs: number | undefined): PollSchedule {
  return { ...DEFAULT_SCHEDULE, ...(minIntervalMs !== undefined && { minIntervalMs }) };
}

/** When a task is due, as pure functions of the task; times are epoch milliseconds. */
export type TaskSchedule = {
  nextPollAt(task: ScheduledTask, afterMs: number): number;
  countPolls(task: ScheduledTask, untilMs: number): number;
  previousPollAt(task: ScheduledTask, atMs: number): number;
  /** Milliseconds between two polls of a task of that age. */
  intervalAt(ageMs: number): number;
};

/** The functions below with the schedule filled in. */
export function createTaskSchedule(schedule: PollSchedule): TaskSchedule {
  return {
    nextPollAt: (task, afterMs) => nextPollAt(task, afterMs, schedule),
    countPolls: (task, untilMs) => countPolls(task, untilMs, schedule),
    previousPollAt: (task, atMs) => previousPollAt(task, atMs, schedule),
    intervalAt: (ageMs) => intervalAt(ageMs, schedule),
  };
}

/**
 * The first poll point of the task strictly after `afterMs` (both epoch milliseconds).
 *
 * The points of a task are fixed by its id, its registration and the schedule alone: the first lies a second after the
 * registration, the following thin out with age and are shifted by a share of the interval that the id decides.
 * So sweeps that cover a time without overlap see every point once, whoever asks and whenever.
 */
export function nextPollAt(task: ScheduledTask, afterMs: number, schedule: PollSchedule): number {
  const early = phase(task.taskId);
  const index = firstIndexAfter(afterMs - task.registeredAtMs, early, schedule);
  return task.registeredAtMs + ageOfPoll(index, early, schedule);
}

/** How many poll points the task has had up to and including `untilMs` (epoch milliseconds). */
export function countPolls(task: ScheduledTask, untilMs: number, schedule: PollSchedule): number {
  return firstIndexAfter(untilMs - task.registeredAtMs, phase(task.taskId), schedule);
}

/**
 * The poll point before the one that is current at `atMs`: what is seen to be over in the current poll was not over
 * then. The registration where there was none. Epoch milliseconds.
 */
export function previousPollAt(task: ScheduledTask, atMs: number, schedule: PollSchedule): number {
  const early = phase(task.taskId);
  const index = firstIndexAfter(atMs - task.registeredAtMs, early, schedule) - 2;
  return task.registeredAtMs + (index < 0 ? 0 : ageOfPoll(index, early, schedule));
}

/** Milliseconds between two polls of a task of that age. */
export function intervalAt(ageMs: number, { minIntervalMs, maxIntervalMs, growth }: PollSchedule): number {
  const growing = Math.log1p(growth) * (ageMs - FIRST_POLL_AFTER_MS);
  return Math.min(maxIntervalMs, Math.max(minIntervalMs, growing));
}

/**
 * The share of an interval, in [0, 0.5), by which a task's polls are early, so that tasks registered together part.
 * Half an interval and no more, or the second poll would follow the first at once.
 * FNV-1a with Murmur3's finalizer, because consecutive ids must not get neighbouring phases.
 */
function phase(taskId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < taskId.length; i += 1) hash = Math.imul(hash ^ taskId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 33;
}

function firstIndexAfter(ageMs: number, early: number, schedule: PollSchedule): number {
  if (ageMs < FIRST_POLL_AFTER_MS) return 0;
  // The inverse is exact but for rounding, so start one point early and step: at most twice.
  let index = Math.max(1, Math.ceil(stepOfAge(ageMs - FIRST_POLL_AFTER_MS, schedule) + early) - 1);
  while (ageOfPoll(index, early, schedule) <= ageMs) index += 1;
  return index;
}

/** Age in whole milliseconds at the poll number `index`, counted from 0. */
function ageOfPoll(index: number, early: number, schedule: PollSchedule): number {
  return FIRST_POLL_AFTER_MS + (index === 0 ? 0 : Math.round(ageOfStep(index - early, schedule)));
}

/*
 * The curve behind the points, from the first one on, is `age(step)` with `age' = clamp(rate × age, min, max)` and
 * `rate = ln(1 + growth)`:
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
