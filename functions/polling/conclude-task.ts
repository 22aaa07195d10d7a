import { outcomeOf } from '../huawei/parse-answer.ts';
import type { Outcome } from '../names.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { Fault, Observation } from '../tasks/observation.ts';
import { type ParsedResult, summarize, type TaskResult } from '../tasks/result.ts';
import type { Heard, PendingTask, TaskError } from '../tasks/task.ts';

/** Right after a start Huawei may not know the task yet: a 404 is not believed for this long. */
export const NOT_FOUND_GRACE_MS = 5 * 60_000;

/** What an observation means for the watched task: it stays pending, or it is over. */
export type Conclusion =
  | { kind: 'pending'; heard?: Heard }
  | {
      kind: 'over';
      outcome: Outcome;
      taskStatus?: string;
      taskType?: string;
      result: ParsedResult;
      error?: TaskError;
    };

/** Decides from one observation at `nowMs`; pure. */
export function concludeTask(task: PendingTask, observation: Observation, nowMs: number): Conclusion {
  if (observation.kind === 'final') return concludeFinal(observation);
  const isPastDeadline = nowMs >= task.deadlineAtMs;
  if (observation.kind === 'fault') return concludeFault(task, observation.fault, nowMs);
  const { taskStatus, taskType } = observation;
  if (!isPastDeadline) return { kind: 'pending', heard: heardOf(observation, nowMs) };
  return {
    kind: 'over',
    outcome: 'expired',
    taskStatus,
    ...(taskType !== undefined && { taskType }),
    result: { kind: 'none' },
    error: { code: 'DEADLINE', message: `Huawei Cloud still said "${taskStatus}" at the deadline` },
  };
}

function heardOf({ taskStatus, taskType }: Extract<Observation, { kind: 'pending' }>, nowMs: number): Heard {
  const heard: Heard = { status: taskStatus, heardAtMs: nowMs };
  if (taskType !== undefined) heard.taskType = taskType;
  return heard;
}

function concludeFinal(answer: Extract<Observation, { kind: 'final' }>): Conclusion {
  const { result, taskStatus, taskType } = answer;
  const error = errorOf(result);
  return {
    kind: 'over',
    outcome: outcomeOf(answer),
    taskStatus,
    ...(taskType !== undefined && { taskType }),
    result,
    ...(error && { error }),
  };
}

function errorOf(result: ParsedResult): TaskError | undefined {
  if (result.kind !== 'failure') return undefined;
  return { code: result.error_code ?? 'UNKNOWN', message: result.error_msg ?? 'Huawei Cloud gave no reason' };
}

function concludeFault(task: PendingTask, fault: Fault, nowMs: number): Conclusion {
  const ended = outcomeOfFault(task, fault, nowMs);
  if (ended) return { kind: 'over', outcome: ended, result: { kind: 'none' }, error: fault.error };
  return { kind: 'pending' };
}

function outcomeOfFault(task: PendingTask, fault: Fault, nowMs: number): Outcome | undefined {
  if (fault.class === 'permanent') return 'rejected';
  const isUnknown = fault.class === 'not_found' || fault.class === 'gateway_not_found';
  if (isUnknown && nowMs - task.registeredAtMs >= NOT_FOUND_GRACE_MS) return 'not_found';
  if (nowMs < task.deadlineAtMs) return undefined;
  return fault.class === 'forbidden' ? 'rejected' : 'expired';
}

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
    summary: { ...(task.started?.group_id && { group_id: task.started.group_id }), ...summarize(ended.result) },
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
