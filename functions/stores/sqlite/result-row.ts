import type { Delivery, TaskResult } from '../../tasks/result.ts';
import { boundError } from '../../tasks/task.ts';
import { readStoredResult } from '../stored-result.ts';
import { checksumOf, type RowRead, readStoredJson, requireRow, toStoredJson } from './schema.ts';

/** One row of `results`, its columns in the table's order. `head` is what a listing shows. */
export type ResultRow = {
  task_id: string;
  completed_at: number;
  expires_at: number;
  outcome: string;
  instance_id: string;
  label: string | null;
  head: string;
  result: string;
  deliveries: string | null;
  checksum: number;
};

type Hidden = 'result' | 'deliveries' | 'callbackUrl' | 'isCallbackDefault' | 'answers';

/** `callbackUrl` and what belongs to it are kept with the result, because a listing does not show them. */
export function toResultRow(task: TaskResult): Omit<ResultRow, 'checksum'> {
  const { result, deliveries, callbackUrl, isCallbackDefault, answers, ...head } = task;
  const bounded = head.error ? { ...head, error: boundError(head.error) } : head;
  return {
    task_id: task.taskId,
    completed_at: task.completedAtMs,
    expires_at: task.expiresAtS,
    outcome: task.outcome,
    instance_id: task.instanceId,
    label: task.label?.toWellFormed() ?? null,
    head: toStoredJson(bounded),
    result: toStoredJson({ result, callbackUrl, isCallbackDefault, answers }),
    deliveries: deliveries === undefined ? null : toStoredJson(deliveries),
  };
}

/** The whole result. Throws `UnreadableTaskError`. */
export function readResult(row: ResultRow): TaskResult {
  const isWhole = isWholeRow(row);
  const place = { table: 'results', taskId: row.task_id, holds: 'result' } as const;
  const head = requireRow(readStoredJson<Omit<TaskResult, Hidden>>(row.head, isWhole), place);
  const { result, ...rest } = requireRow(readStoredJson<Pick<TaskResult, Hidden>>(row.result, isWhole), place);
  const deliveries = row.deliveries === null ? undefined : (JSON.parse(row.deliveries) as Delivery[]);
  return { ...head, ...rest, result: readStoredResult(result), ...(deliveries && { deliveries }) };
}

/** Whether the row's checksum is the one of its columns. */
export function isWholeRow({ checksum, ...columns }: ResultRow): boolean {
  return checksumOf(...Object.values(columns)) === checksum;
}

/** What a listing shows of a result. */
export function readHead(head: unknown): RowRead<TaskResult> {
  const read = readStoredJson<Omit<TaskResult, Hidden>>(head, true);
  return read.ok ? { ok: true, value: { ...read.value, result: { kind: 'none' } } } : read;
}
