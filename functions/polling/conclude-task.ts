import { outcomeOf } from '../huawei/parse-answer.ts';
import type { Outcome } from '../names.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { Fault, Observation } from '../tasks/observation.ts';
import type { Log, MetricSink, PendingTaskStore } from '../tasks/ports.ts';
import { type ParsedResult, summarize, type TaskResult } from '../tasks/result.ts';
import type { Heard, PendingTask, TaskError } from '../tasks/task.ts';
import type { Observed } from './observe-task.ts';

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

/** Where polls are noted. */
type Books = { pending: PendingTaskStore; schedule: TaskSchedule; metrics: MetricSink; log: Log };

/**
 * The trouble of one task is written on its row, where it is news. What is the same for all tasks of a profile (refused,
 * throttled) is not: it has an alert or a metric of its own.
 */
export async function keepError(
  deps: Pick<Books, 'pending'>,
  task: PendingTask,
  observation: Observation,
): Promise<void> {
  if (observation.kind !== 'fault') {
    if (task.lastError) await deps.pending.recordError(task.taskId, undefined);
    return;
  }
  const { class: faultClass, error } = observation.fault;
  if (faultClass === 'unauthenticated' || faultClass === 'throttled') return;
  if (task.lastError?.code !== error.code) await deps.pending.recordError(task.taskId, error);
}

/**
 * Counts a fault, and logs it where it is news: not the repeated one of a paused profile, nor the one on the row.
 * `slowedDown` are the profiles whose throttling this sweep has logged.
 */
export function noteFault(
  { metrics, log, slowedDown }: Pick<Books, 'metrics' | 'log'> & { slowedDown: Set<string> },
  task: PendingTask,
  { observation, requests }: Observed,
): void {
  if (observation.kind !== 'fault') return;
  const { fault } = observation;
  metrics.add('PollErrors', 1);
  metrics.add(`PollErrors_${fault.class}`, 1);
  if (fault.class === 'throttled') metrics.add('Throttles', 1);
  if (fault.class === 'unauthenticated' || fault.class === 'forbidden') metrics.add('ProfileBroken', 1);
  // A paused profile has had its line and its alert; thousands of its tasks would only repeat them.
  if (requests === 0) return;
  // Nor is it news at every poll that Huawei still does not know a task: that would be twenty lines for each.
  if (task.lastError?.code === fault.error.code) return;
  // And a slow-down, which is on no row, is the profile's.
  if (fault.class === 'throttled' && slowedDown.has(task.profile)) return;
  if (fault.class === 'throttled') slowedDown.add(task.profile);
  log.warn('poll failed', { task_id: task.taskId, profile: task.profile, fault: fault.class, error: fault.error });
}

/** The delay is an upper bound: the task ended at some moment since it was last known to go on. */
export function noteEnd(
  { metrics, log, schedule }: Pick<Books, 'metrics' | 'log' | 'schedule'>,
  task: PendingTask,
  end: { outcome: Outcome; nowMs: number },
) {
  const delayS = (end.nowMs - pendingUntil(task, end.nowMs, schedule)) / 1000;
  // A metric is paid for by the hour; how many succeeded, the samples of the delay say.
  if (end.outcome !== 'succeeded') metrics.add(`Outcomes_${end.outcome}`, 1);
  metrics.add('DetectionDelaySeconds', delayS, 'Seconds');
  log.info('task over', { task_id: task.taskId, outcome: end.outcome, delay_s: delayS });
}
