import type { PendingTask } from '../tasks/task.ts';
import type { TasksApiDeps } from './deps.ts';

/**
 * When Huawei Cloud is probably asked next (epoch milliseconds): at the task's next point, or at its deadline where that
 * comes first. An estimate, for the poller may have learned a better point.
 */
export function nextPollAtMs({ schedule, clock }: Pick<TasksApiDeps, 'schedule' | 'clock'>, task: PendingTask): number {
  const nowMs = clock.now();
  const pointMs = schedule.nextPollAt(task, nowMs);
  return task.deadlineAtMs > nowMs ? Math.min(pointMs, task.deadlineAtMs) : pointMs;
}
