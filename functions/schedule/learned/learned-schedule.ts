import type { PendingTask } from '../../tasks/task.ts';
import { countPolls, nextPollAt, type PollSchedule, phase, previousPollAt, type ScheduledTask } from '../schedule.ts';
import type { DurationModel } from './duration-model.ts';
import type { GatewayDurations } from './gateway-durations.ts';
import { type PollPlan, planPolls } from './poll-plan.ts';

/** What a learned schedule needs to know of a task. */
export type LearnableTask = Pick<PendingTask, 'taskId' | 'registeredAtMs' | 'instanceId' | 'taskType'>;

/** When tasks are polled: pure functions of the task, as in `schedule.ts`. Times are epoch milliseconds. */
export type LearnedSchedule = {
  nextPollAt(task: LearnableTask, afterMs: number): number;
  countPolls(task: LearnableTask, untilMs: number): number;
  previousPollAt(task: LearnableTask, atMs: number): number;
};

/**
 * Polls the tasks of each gateway (`durations`, by `instanceId`) where past ones of their type ended, or past ones of any
 * type while the type is unknown; and the others by `base`. As long as it is one and the same object and the type is
 * unknown or known, the points of a task are fixed, so nothing is missed or doubled. The poll at registration tells the
 * type, and stays where it is. Where a later one tells it, or the next invocation has learned something else, a task's
 * points move, and the gap over the change is at most the two gaps that meet there.
 */
export function createLearnedSchedule(
  durations: ReadonlyMap<string, GatewayDurations>,
  base: PollSchedule,
): LearnedSchedule {
  const courses = new Map<DurationModel, Course>();
  const courseOf = ({ instanceId, taskType }: LearnableTask) => {
    const gateway = durations.get(instanceId);
    const model = taskType === undefined ? gateway?.all : gateway?.byType.get(taskType);
    if (!model) return undefined;
    const course = courses.get(model) ?? toCourse(planPolls(model, base), base);
    courses.set(model, course);
    return course;
  };
  return {
    nextPollAt(task, afterMs) {
      const course = courseOf(task);
      return course ? nextPlanned(course, task, afterMs) : nextPollAt(task, afterMs, base);
    },
    countPolls(task, untilMs) {
      const course = courseOf(task);
      return course ? countPlanned(course, task, untilMs) : countPolls(task, untilMs, base);
    },
    previousPollAt(task, atMs) {
      const course = courseOf(task);
      return course ? previousPlanned(course, task, atMs) : previousPollAt(task, atMs, base);
    },
  };
}

/** A plan, and the plain schedule that goes on from its end. */
type Course = { plan: PollPlan; rest: PollSchedule };

function toCourse(plan: PollPlan, base: PollSchedule): Course {
  return { plan, rest: { ...base, fromAgeMs: plan.at(-1) ?? 0 } };
}

function nextPlanned({ plan, rest }: Course, task: ScheduledTask, afterMs: number): number {
  const shift = phase(task.taskId) - 0.25;
  const index = plannedUntil(plan, afterMs - task.registeredAtMs, shift);
  if (index < plan.length) return task.registeredAtMs + plannedAge(plan, index, shift);
  return nextPollAt(task, afterMs, rest);
}

function countPlanned({ plan, rest }: Course, task: ScheduledTask, untilMs: number): number {
  const count = plannedUntil(plan, untilMs - task.registeredAtMs, phase(task.taskId) - 0.25);
  return count < plan.length ? count : count + countPolls(task, untilMs, rest);
}

function previousPlanned(course: Course, task: ScheduledTask, atMs: number): number {
  const { plan, rest } = course;
  const count = countPlanned(course, task, atMs);
  if (count > plan.length + 1) return previousPollAt(task, atMs, rest);
  if (count < 2) return task.registeredAtMs;
  return task.registeredAtMs + plannedAge(plan, count - 2, phase(task.taskId) - 0.25);
}

/** How many points of the plan have come up to and including the age. */
function plannedUntil(plan: PollPlan, ageMs: number, shift: number): number {
  let low = 0;
  let high = plan.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (plannedAge(plan, middle, shift) <= ageMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The plan's age moved by `shift`, in [-0.25, 0.25), of the narrower gap beside it: the order stays, gaps change by a
 * half at most, the first and the last point stay. So tasks that were registered together part, and their ends are
 * looked for at different ages, which is what the next model learns from.
 */
function plannedAge(plan: PollPlan, index: number, shift: number): number {
  const age = plan[index] ?? 0;
  const before = plan[index - 1];
  const after = plan[index + 1];
  if (before === undefined || after === undefined) return age;
  return Math.round(age + shift * Math.min(age - before, after - age));
}
