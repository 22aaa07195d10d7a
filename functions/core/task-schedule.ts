import { countPolls, nextPollAt, type PollSchedule, previousPollAt } from './poll-schedule.ts';
import type { TaskSchedule } from './sweep.ts';

/** The plain schedule, with its settings filled in. */
export function createTaskSchedule(schedule: PollSchedule): TaskSchedule {
  return {
    nextPollAt: (task, afterMs) => nextPollAt(task, afterMs, schedule),
    countPolls: (task, untilMs) => countPolls(task, untilMs, schedule),
    previousPollAt: (task, atMs) => previousPollAt(task, atMs, schedule),
  };
}
