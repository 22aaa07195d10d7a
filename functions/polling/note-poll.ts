import type { Outcome } from '../names.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { Observation } from '../tasks/observation.ts';
import type { Log, MetricSink, PendingTaskStore } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import { pendingUntil } from './conclude-task.ts';
import type { Observed } from './observe-task.ts';

/** Where polls are noted. */
type Books = { pending: PendingTaskStore; schedule: TaskSchedule; metrics: MetricSink; log: Log };

/** A poll that had its turn. */
export type Observing = Extract<Observed, { kind: 'observed' }>;

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
  { observation, requests }: Observing,
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
  metrics.add(`Outcomes_${end.outcome}`, 1);
  metrics.add('DetectionDelaySeconds', delayS, 'Seconds');
  log.info('task over', { task_id: task.taskId, outcome: end.outcome, delay_s: delayS });
}
