import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { LISTING, NEWEST_INDEX } from '../../names.ts';
import { decodeCursor, encodeCursor } from '../../tasks/cursor.ts';
import type { Page, PageRequest, ResultFilter } from '../../tasks/ports.ts';
import type { TaskResult } from '../../tasks/result.ts';
import type { Row } from './attributes.ts';
import { readResultRow } from './result-row.ts';
import { callTable, type DynamoTable, onTable, readRows } from './table.ts';

/** One listing reads at most this many index pages; a sparse filter then goes on from the cursor. */
const MAX_QUERIES = 20;
/** Index rows per query when most of them may be filtered away. */
const FILTERED_QUERY_ROWS = 1000;

/** A page of results, newest first. Shorter than `limit`, or even empty, with a cursor where a filter is sparse. */
export async function listResults(
  table: DynamoTable,
  filter: ResultFilter & { nowS: number },
  { limit, cursor }: PageRequest,
): Promise<Page<TaskResult>> {
  const items: TaskResult[] = [];
  let from = cursor === undefined ? undefined : toKey(cursor);
  for (let query = 0; query < MAX_QUERIES; query++) {
    // One more than wanted, so that a full page knows whether another one follows.
    const output = await queryIndex(table, filter, { rows: limit + 1 - items.length, from });
    items.push(...readRows(table, output.Items ?? [], readResultRow));
    from = output.LastEvaluatedKey;
    if (items.length > limit) return { items: items.slice(0, limit), nextCursor: cursorAfter(items[limit - 1]) };
    if (from === undefined) return { items };
  }
  return { items, nextCursor: fromKey(from) };
}

function queryIndex(
  table: DynamoTable,
  filter: ResultFilter & { nowS: number },
  page: { rows: number; from: Row | undefined },
) {
  const { expression, names, values } = filterExpression(filter);
  const command = new QueryCommand({
    ...onTable(table),
    IndexName: NEWEST_INDEX,
    ScanIndexForward: false,
    KeyConditionExpression: 'listing = :listing',
    FilterExpression: expression,
    ...(names && { ExpressionAttributeNames: names }),
    ExpressionAttributeValues: { ':listing': { S: LISTING }, ...values },
    Limit: names ? FILTERED_QUERY_ROWS : page.rows,
    ExclusiveStartKey: page.from,
  });
  return callTable(table, 'Query', () => table.client.send(command));
}

function filterExpression({ nowS, outcome, instanceId, label }: ResultFilter & { nowS: number }) {
  const wanted = Object.entries({ outcome, instance_id: instanceId, label }).filter(([, value]) => value !== undefined);
  const values: Record<string, AttributeValue> = { ':now': { N: String(nowS) } };
  const names: Record<string, string> = {};
  for (const [name, value] of wanted) {
    names[`#${name}`] = name;
    values[`:${name}`] = { S: String(value) };
  }
  const expression = ['expires_at > :now', ...wanted.map(([name]) => `#${name} = :${name}`)].join(' AND ');
  return { expression, values, names: wanted.length > 0 ? names : undefined };
}

function cursorAfter(item: TaskResult | undefined): string {
  if (item === undefined) throw new RangeError('The limit of a page must be at least 1');
  return encodeCursor({ atMs: item.completedAtMs, taskId: item.taskId });
}

function toKey(cursor: string): Row {
  const { atMs, taskId } = decodeCursor(cursor);
  return { listing: { S: LISTING }, completed_at: { S: new Date(atMs).toISOString() }, task_id: { S: taskId } };
}

function fromKey(key: Row | undefined): string {
  return encodeCursor({ atMs: Date.parse(key?.completed_at?.S ?? ''), taskId: key?.task_id?.S ?? '' });
}
