import type { Conclusion } from './conclude-task.ts';
import type { TaskResult } from './outcome.ts';
import { summarize } from './summarize.ts';
import type { TaskSchedule } from './sweep.ts';
import type { PendingTask } from './task.ts';

type Over = Extract<Conclusion, { kind: 'over' }>;

/** What is known of the end at `nowMs`; `retentionMs` later the result may go. */
type End = { conclusion: Over; nowMs: number; schedule: TaskSchedule; retentionMs: number };

/** The result to store for a task that is over. */
export function resultOf(task: PendingTask, { conclusion, nowMs, schedule, retentionMs }: End): TaskResult {
  const { kind: _, ...ended } = conclusion;
  const { deadlineAtMs: _d, status: _s, lastError: _e, ...identity } = task;
  return {
    ...identity,
    ...ended,
    completedAtMs: nowMs,
    polls: schedule.countPolls(task, nowMs),
    pendingUntilMs: schedule.previousPollAt(task, nowMs),
    summary: summarize(ended.result),
    expiresAtS: Math.floor((nowMs + retentionMs) / 1000),
  };
}
