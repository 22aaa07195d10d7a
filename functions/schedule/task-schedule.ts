import type { PendingTask } from '../tasks/task.ts';
import { countPolls, nextPollAt, type PollSchedule, previousPollAt } from './poll-schedule.ts';

/** When a task is due, as pure functions of the task (see `poll-schedule.ts`); times are epoch milliseconds. */
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
