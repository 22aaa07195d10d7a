import { decodeCursor, encodeCursor, type Position } from '../../tasks/cursor.ts';
import { labelPrefix, type ResultFilter } from '../../tasks/filter.ts';
import type { Log, Page, PageRequest } from '../../tasks/ports.ts';
import type { TaskResult } from '../../tasks/result.ts';
import type { SqliteDatabase } from './database.ts';
import { readHead } from './result-row.ts';

type HeadRow = { task_id: string; completed_at: number; head: string };
type Condition = [sql: string, ...values: (string | number)[]];

/** A page of results, newest first. Most conditions are on columns of the index, so that only what is shown is read. */
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
  const { nowS, outcomes, instanceId, label, sinceMs } = filter;
  const prefix = label === undefined ? undefined : labelPrefix(label);
  const conditions: Condition[] = [['expires_at > ?', nowS]];
  if (outcomes !== undefined) conditions.push([`outcome IN (${outcomes.map(() => '?').join(', ')})`, ...outcomes]);
  if (instanceId !== undefined) conditions.push(['instance_id = ?', instanceId]);
  if (sinceMs !== undefined) conditions.push(['completed_at >= ?', sinceMs]);
  if (label !== undefined && prefix === undefined) conditions.push(['label = ?', label]);
  if (prefix) conditions.push(['substr(label, 1, length(?)) = ?', prefix, prefix]);
  for (const [path, value] of headFields(filter)) conditions.push([`json_extract(head, '${path}') = ?`, value]);
  if (after) conditions.push(['(completed_at, task_id) < (?, ?)', after.atMs, after.taskId]);
  return conditions;
}

/** What is seldom filtered by is read from the head, and has no column of its own. */
function headFields({ profile, taskType, groupId }: ResultFilter): [string, string][] {
  const fields: [string, string | undefined][] = [
    ['$.profile', profile],
    ['$.taskType', taskType],
    ['$.summary.group_id', groupId],
  ];
  return fields.filter((field): field is [string, string] => field[1] !== undefined);
}

function readItem(row: HeadRow, log: Pick<Log, 'warn'>): TaskResult[] {
  const read = readHead(row.head);
  if (read.ok) return [read.value];
  log.warn('A row cannot be read and is skipped', { table: 'results', task_id: row.task_id, reason: read.reason });
  return [];
}
