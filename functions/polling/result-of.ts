import type { TaskSchedule } from '../schedule/task-schedule.ts';
import { summarize, type TaskResult } from '../tasks/result.ts';
import type { PendingTask } from '../tasks/task.ts';
import type { Conclusion } from './conclude-task.ts';

type Over = Extract<Conclusion, { kind: 'over' }>;

/** What is known of the end at `nowMs`; `retentionMs` later the result may go. */
type End = { conclusion: Over; nowMs: number; schedule: TaskSchedule; retentionMs: number };

/** The result to store for a task that is over. */
export function resultOf(task: PendingTask, { conclusion, nowMs, schedule, retentionMs }: End): TaskResult {
  const { kind: _, ...ended } = conclusion;
  const { deadlineAtMs: _d, status: _s, heardAtMs: _h, lastError: _e, ...identity } = task;
  return {
    ...identity,
    ...ended,
    completedAtMs: nowMs,
    polls: schedule.countPolls(task, nowMs),
    pendingUntilMs: pendingUntil(task, nowMs, schedule),
    summary: summarize(ended.result),
    expiresAtS: Math.floor((nowMs + retentionMs) / 1000),
  };
}

/**
 * When the task was last known to go on, before the poll at `nowMs`: when Huawei said so to this process, or else at the
 * poll point before.
 */
export function pendingUntil(task: PendingTask, nowMs: number, schedule: TaskSchedule): number {
  return task.heardAtMs ?? schedule.previousPollAt(task, nowMs);
}
