import { decodeCursor, encodeCursor, type Position } from '../../tasks/cursor.ts';
import type { Log, Page, PageRequest, ResultFilter } from '../../tasks/ports.ts';
import type { TaskResult } from '../../tasks/result.ts';
import type { SqliteDatabase } from './database.ts';
import { readHead } from './result-row.ts';

type HeadRow = { task_id: string; completed_at: number; head: string };
type Condition = [sql: string, ...values: (string | number)[]];

/** A page of results, newest first. Every condition is on a column of the index, so that only what is shown is read. */
export function listResults(
  { database, log }: { database: SqliteDatabase; log: Pick<Log, 'warn'> },
  filter: ResultFilter & { nowS: number },
  { limit, cursor }: PageRequest,
): Page<TaskResult> {
  const conditions = conditionsOf(filter, cursor === undefined ? undefined : decodeCursor(cursor));
  const where = conditions.map(([sql]) => sql).join(' AND ');
  const select = database.prepare(
    `SELECT task_id, completed_at, head FROM results WHERE ${where} ORDER BY completed_at DESC, task_id DESC LIMIT ?`,
  );
  // One more than wanted, so that a full page knows whether another one follows.
  const rows = select.all(...conditions.flatMap(([, ...values]) => values), limit + 1) as HeadRow[];
  const last = rows[limit - 1];
  const items = rows.slice(0, limit).flatMap((row) => readItem(row, log));
  if (rows.length <= limit || last === undefined) return { items };
  return { items, nextCursor: encodeCursor({ atMs: last.completed_at, taskId: last.task_id }) };
}

function conditionsOf(filter: ResultFilter & { nowS: number }, after: Position | undefined): Condition[] {
  const { nowS, outcome, instanceId, label } = filter;
  const conditions: Condition[] = [['expires_at > ?', nowS]];
  if (outcome !== undefined) conditions.push(['outcome = ?', outcome]);
  if (instanceId !== undefined) conditions.push(['instance_id = ?', instanceId]);
  if (label !== undefined) conditions.push(['label = ?', label]);
  if (after) conditions.push(['(completed_at, task_id) < (?, ?)', after.atMs, after.taskId]);
  return conditions;
}

function readItem(row: HeadRow, log: Pick<Log, 'warn'>): TaskResult[] {
  const read = readHead(row.head);
  if (read.ok) return [read.value];
  log.warn('A row cannot be read and is skipped', { table: 'results', task_id: row.task_id, reason: read.reason });
  return [];
}
