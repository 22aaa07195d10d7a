import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { LISTING, OUTCOMES, type Outcome } from '../../names.ts';
import type { Delivery, FailedApi, Summary, TaskResult } from '../../tasks/result.ts';
import type { HeardAnswer } from '../../tasks/task.ts';
import { readStoredResult } from '../stored-result.ts';
import {
  errorAttribute,
  fromAttribute,
  identityAttributes,
  type Row,
  type RowRead,
  readError,
  readIdentity,
  readMap,
  readTime,
  timeAttribute,
  toAttribute,
  unreadable,
} from './rows.ts';

/** One row of `TaskResults`; `summary` and `result` are native maps, so that queries and the console see inside. */
export function toResultRow(result: TaskResult): Row {
  const row = identityAttributes(result);
  row.listing = { S: LISTING };
  row.outcome = { S: result.outcome };
  row.registered_at = timeAttribute(result.registeredAtMs);
  row.completed_at = timeAttribute(result.completedAtMs);
  row.expires_at = { N: String(result.expiresAtS) };
  row.summary = toAttribute(result.summary);
  row.result = toAttribute(result.result);
  if (result.taskType !== undefined) row.task_type = { S: result.taskType };
  if (result.taskStatus !== undefined) row.task_status = { S: result.taskStatus };
  if (result.polls !== undefined) row.polls = { N: String(result.polls) };
  if (result.error !== undefined) row.error = errorAttribute(result.error);
  if (result.isCallbackDefault !== undefined) row.callback_default = { BOOL: result.isCallbackDefault };
  if (result.firstFailure !== undefined) row.first_failure = toAttribute(result.firstFailure);
  if (result.answers !== undefined) row.answers = toAttribute(result.answers);
  if (result.isFirstSuccess) row.first_success = { BOOL: true };
  if (result.deliveries !== undefined) row.deliveries = toAttribute(result.deliveries);
  return row;
}

/** Reads a row of the table or of its index, whose rows have no `result`: that is `{kind: 'none'}` then. */
export function readResultRow(row: Row): RowRead<TaskResult> {
  const identity = readIdentity(row);
  const outcome = readOutcome(row.outcome);
  const registeredAtMs = readTime(row.registered_at);
  const completedAtMs = readTime(row.completed_at);
  const expiresAtS = Number(row.expires_at?.N);
  if (!identity || !outcome || Number.isNaN(registeredAtMs + completedAtMs + expiresAtS)) {
    return unreadable(row, missingAttributes(row));
  }
  const summary: Summary = readMap(row.summary) ?? {};
  const result = readStoredResult(row.result && fromAttribute(row.result));
  const value = { ...identity, outcome, registeredAtMs, completedAtMs, expiresAtS, summary, result };
  return { ok: true, value: { ...value, ...readOptional(row) } };
}

function readOptional(row: Row): Partial<TaskResult> {
  const optional: Partial<TaskResult> = {};
  if (row.task_type?.S !== undefined) optional.taskType = row.task_type.S;
  if (row.task_status?.S !== undefined) optional.taskStatus = row.task_status.S;
  if (row.polls?.N !== undefined) optional.polls = Number(row.polls.N);
  const error = readError(row.error);
  if (error !== undefined) optional.error = error;
  if (row.callback_default?.BOOL !== undefined) optional.isCallbackDefault = row.callback_default.BOOL;
  const firstFailure = readMap(row.first_failure) as FailedApi | undefined;
  if (firstFailure !== undefined) optional.firstFailure = firstFailure;
  if (row.answers?.L !== undefined) optional.answers = row.answers.L.map(fromAttribute) as HeardAnswer[];
  if (row.first_success?.BOOL) optional.isFirstSuccess = true;
  if (row.deliveries?.L !== undefined) optional.deliveries = row.deliveries.L.map(fromAttribute) as Delivery[];
  return optional;
}

function readOutcome(attribute: AttributeValue | undefined): Outcome | undefined {
  return OUTCOMES.find((outcome) => outcome === attribute?.S);
}

function missingAttributes(row: Row): string[] {
  const strings = ['task_id', 'instance_id', 'project_id', 'profile'].filter((name) => !row[name]?.S);
  const times = ['registered_at', 'completed_at'].filter((name) => Number.isNaN(readTime(row[name])));
  const others = [readOutcome(row.outcome) ? '' : 'outcome', row.expires_at?.N ? '' : 'expires_at'].filter(Boolean);
  return [...strings, ...times, ...others];
}
