import { DEFAULT_SCHEDULE, nextPollAt } from '../../functions/schedule/schedule.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';

const DAY_MS = 86_400_000;

/** The id that the simulator gives the task of that number. */
export const taskIdOf = (index: number) => `task-${String(index).padStart(8, '0')}`;

/**
 * A watched task that has exactly one poll point in the minute that begins at `windowMs`, one millisecond into it: so
 * a sweep has to poll every row once, which is the most that it ever has to do.
 */
export function dueTask(index: number, windowMs: number): PendingTask {
  const taskId = taskIdOf(index);
  // Old enough for its points to lie more than a minute apart.
  const age = nextPollAt({ taskId, registeredAtMs: 0 }, 3_600_000, DEFAULT_SCHEDULE);
  const registeredAtMs = windowMs + 1 - age;
  const { projectId, instanceId } = DEFAULT_ACCOUNT;
  return { taskId, projectId, instanceId, profile: 'default', registeredAtMs, deadlineAtMs: registeredAtMs + DAY_MS };
}
