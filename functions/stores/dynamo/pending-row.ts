import type { PendingTask } from '../../tasks/task.ts';
import { type Row, type RowRead, readTime, timeAttribute, unreadable } from './attributes.ts';
import { errorAttribute, identityAttributes, readError, readIdentity } from './identity.ts';

/** One row of `PendingTasks`. `status` is left out on purpose: it changes too often to be worth write units. */
export function toPendingRow(task: PendingTask): Row {
  const row = identityAttributes(task);
  row.registered_at = timeAttribute(task.registeredAtMs);
  row.deadline_at = timeAttribute(task.deadlineAtMs);
  if (task.lastError !== undefined) row.last_error = errorAttribute(task.lastError);
  return row;
}

/** Mapped by hand rather than with util-dynamodb: a sweep reads every row there is. */
export function readPendingRow(row: Row): RowRead<PendingTask> {
  const identity = readIdentity(row);
  const registeredAtMs = readTime(row.registered_at);
  const deadlineAtMs = readTime(row.deadline_at);
  if (identity === undefined || Number.isNaN(registeredAtMs) || Number.isNaN(deadlineAtMs)) {
    return unreadable(row, missingAttributes(row));
  }
  const task: PendingTask = { ...identity, registeredAtMs, deadlineAtMs };
  const lastError = readError(row.last_error);
  if (lastError !== undefined) task.lastError = lastError;
  return { ok: true, value: task };
}

function missingAttributes(row: Row): string[] {
  const strings = ['task_id', 'instance_id', 'project_id', 'profile'].filter((name) => !row[name]?.S);
  const times = ['registered_at', 'deadline_at'].filter((name) => Number.isNaN(readTime(row[name])));
  return [...strings, ...times];
}
