import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { LISTING, NEWEST_INDEX } from '../../names.ts';
import { decodeCursor, encodeCursor } from '../../tasks/cursor.ts';
import { orUnreadable, StoreError, UnreadableTaskError } from '../../tasks/errors.ts';
import { labelPrefix, type ResultFilter } from '../../tasks/filter.ts';
import type { Clock, DeliveryNotes, Page, PageRequest, TaskResultStore } from '../../tasks/ports.ts';
import type { Delivery, TaskResult } from '../../tasks/result.ts';
import { readResultRow, toResultRow } from './result-row.ts';
import {
  callTable,
  type DynamoTable,
  fromAttribute,
  onTable,
  type Row,
  readRows,
  readTime,
  sayingOnce,
  toAttribute,
  tryOnTable,
} from './rows.ts';

const PUT_ATTEMPTS = 3;
const KEPT_DELIVERIES = 20;
/** One listing reads at most this many index pages; a sparse filter then goes on from the cursor. */
const MAX_QUERIES = 20;
/** Index rows per query when most of them may be filtered away. */
const FILTERED_QUERY_ROWS = 1000;

/** An UpdateItem without the name of its table. */
type RowUpdate = Omit<UpdateItemCommandInput, 'TableName'>;

type DynamoResultTable = DynamoTable & { clock: Pick<Clock, 'now'> };

/** `TaskResults` on DynamoDB, with single-item conditional writes only. A row counts until `expires_at`, deleted or not. */
export function createDynamoTaskResultStore(given: DynamoResultTable): TaskResultStore {
  const table = sayingOnce(given);
  const get = async (taskId: string) => {
    const result = await getResult(table, taskId);
    return result && result.expiresAtS > nowS(table) ? result : undefined;
  };

  return {
    get,

    async put(result) {
      // The row that refused the put can expire before it is read: then the id is free again.
      let isOver = false;
      for (let attempt = 1; attempt <= PUT_ATTEMPTS; attempt++) {
        if (await putNew(table, result, isOver)) return { kind: 'stored' };
        const existing = await get(result.taskId).catch(orUnreadable);
        // Nothing of that row can be read, so that nothing is lost.
        if (existing === 'unreadable') isOver = true;
        else if (existing) return { kind: 'exists', result: existing };
      }
      throw new StoreError(`The result of task ${result.taskId} was stored and deleted repeatedly during this write`);
    },

    list: (filter, page) => listResults(table, { ...filter, nowS: nowS(table) }, page),

    remove: (end) => removeEnd(table, end),

    async removeUnreadable(taskId) {
      if ((await get(taskId).catch(orUnreadable)) !== 'unreadable') return false;
      const command = new DeleteItemCommand({ ...onTable(table), Key: { task_id: { S: taskId } } });
      await callTable(table, 'DeleteItem', () => table.client.send(command));
      return true;
    },

    recordDeliveries: (taskId, deliveries) => recordDeliveries(table, taskId, deliveries),
  };
}

function nowS(table: DynamoResultTable): number {
  return Math.floor(table.clock.now() / 1000);
}

async function getResult(table: DynamoResultTable, taskId: string): Promise<TaskResult | undefined> {
  const command = new GetItemCommand({ ...onTable(table), Key: { task_id: { S: taskId } }, ConsistentRead: true });
  const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
  if (Item === undefined) return undefined;
  const read = readResultRow(Item);
  if (read.ok) return read.value;
  table.onUnreadable?.();
  throw new UnreadableTaskError(taskId, { table: table.tableName, reason: read.reason, holds: 'result' });
}

async function putNew(table: DynamoResultTable, result: TaskResult, isOver: boolean): Promise<boolean> {
  const command = new PutItemCommand({
    ...onTable(table),
    Item: toResultRow(result),
    ...(!isOver && {
      ConditionExpression: 'attribute_not_exists(task_id) OR expires_at <= :now',
      ExpressionAttributeValues: { ':now': { N: String(nowS(table)) } },
    }),
  });
  return (await tryOnTable(table, 'PutItem', () => table.client.send(command))) !== undefined;
}

async function removeEnd(table: DynamoTable, end: Parameters<TaskResultStore['remove']>[0]): Promise<boolean> {
  const command = new DeleteItemCommand({
    ...onTable(table),
    Key: { task_id: { S: end.taskId } },
    ConditionExpression: 'outcome = :outcome AND completed_at = :at',
    ExpressionAttributeValues: {
      ':outcome': { S: end.outcome },
      ':at': { S: new Date(end.completedAtMs).toISOString() },
    },
  });
  return (await tryOnTable(table, 'DeleteItem', () => table.client.send(command))) !== undefined;
}

/** A page of results, newest first. Shorter than `limit`, or even empty, with a cursor where a filter is sparse. */
async function listResults(
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
  const { conditions, names, values } = conditionsOf(filter);
  const since = filter.sinceMs === undefined ? undefined : { S: new Date(filter.sinceMs).toISOString() };
  const isFiltered = conditions.length > 0;
  const command = new QueryCommand({
    ...onTable(table),
    IndexName: NEWEST_INDEX,
    ScanIndexForward: false,
    KeyConditionExpression: `listing = :listing${since ? ' AND completed_at >= :since' : ''}`,
    FilterExpression: ['expires_at > :now', ...conditions].join(' AND '),
    ...(isFiltered && { ExpressionAttributeNames: names }),
    ExpressionAttributeValues: {
      ...{ ':listing': { S: LISTING }, ':now': { N: String(filter.nowS) }, ...values },
      ...(since && { ':since': since }),
    },
    Limit: isFiltered ? FILTERED_QUERY_ROWS : page.rows,
    ExclusiveStartKey: page.from,
  });
  return callTable(table, 'Query', () => table.client.send(command));
}

type Conditions = { conditions: string[]; names: Record<string, string>; values: Record<string, AttributeValue> };

/** Everything but the time, which is part of the index's key. */
function conditionsOf(filter: ResultFilter): Conditions {
  const { outcomes, instanceId, profile, label, taskType, groupId } = filter;
  const prefix = label === undefined ? undefined : labelPrefix(label);
  const all: Conditions = { conditions: [], names: {}, values: {} };
  const add = (
    path: string,
    wanted: readonly string[] | undefined,
    condition: (name: string, values: string[]) => string,
  ) => {
    if (wanted === undefined) return;
    const parts = path.split('.');
    for (const part of parts) all.names[`#${part}`] = part;
    const placeholders = wanted.map((_, i) => `:${parts.at(-1)}_${i}`);
    for (const [i, one] of wanted.entries()) all.values[placeholders[i] ?? ''] = { S: one };
    all.conditions.push(condition(parts.map((part) => `#${part}`).join('.'), placeholders));
  };
  const equals = (name: string, values: string[]) => `${name} = ${values[0]}`;
  const only = (value: string | undefined) => (value === undefined ? undefined : [value]);
  add('outcome', outcomes, (name, values) => `${name} IN (${values.join(', ')})`);
  add('instance_id', only(instanceId), equals);
  add('profile', only(profile), equals);
  add('task_type', only(taskType), equals);
  add('summary.group_id', only(groupId), equals);
  if (prefix === undefined) add('label', only(label), equals);
  else if (prefix !== '') add('label', [prefix], (name, values) => `begins_with(${name}, ${values[0]})`);
  return all;
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

/** For a function that notes deliveries and does little else with results: its bundle and role have these two calls. */
export function createDynamoDeliveryNotes(table: DynamoTable): DeliveryNotes {
  return {
    recordDeliveries: (taskId, deliveries) => recordDeliveries(table, taskId, deliveries),
    get: (taskId) => getDeliveries(table, taskId),
  };
}

/** The attempt that wrote them was seconds ago at least, so an eventually consistent read at half the price will do. */
async function getDeliveries(table: DynamoTable, taskId: string) {
  const command = new GetItemCommand({
    ...onTable(table),
    Key: { task_id: { S: taskId } },
    ProjectionExpression: 'completed_at, deliveries',
  });
  const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
  if (Item === undefined) return undefined;
  const deliveries = (Item.deliveries?.L ?? []).map(fromAttribute) as Delivery[];
  return { completedAtMs: readTime(Item.completed_at), deliveries };
}

async function recordDeliveries(table: DynamoTable, taskId: string, deliveries: readonly Delivery[]): Promise<void> {
  const last = deliveries.at(-1);
  if (last === undefined) return;
  const appended = await updateRow(table, appendTo(taskId, { deliveries, last }));
  const count = appended?.Attributes?.deliveries?.L?.length ?? 0;
  if (count > KEPT_DELIVERIES) await updateRow(table, dropOldest(taskId, count));
}

/** Undefined where the condition of the update is not met. */
function updateRow(table: DynamoTable, update: RowUpdate) {
  const command = new UpdateItemCommand({ ...onTable(table), ...update });
  return tryOnTable(table, 'UpdateItem', () => table.client.send(command));
}

/**
 * Appending is atomic: no delivery is lost in a race. That the last one is not there yet lets an update be sent again
 * whose answer was lost (dynalite compares no maps, and appends).
 */
function appendTo(
  taskId: string,
  { deliveries, last }: { deliveries: readonly Delivery[]; last: Delivery },
): RowUpdate {
  return {
    Key: { task_id: { S: taskId } },
    UpdateExpression: 'SET deliveries = list_append(if_not_exists(deliveries, :none), :new)',
    ConditionExpression: 'attribute_exists(task_id) AND NOT contains(deliveries, :last)',
    ExpressionAttributeValues: {
      ':none': { L: [] },
      ':new': { L: deliveries.map((delivery) => toAttribute(delivery)) },
      ':last': toAttribute(last),
    },
    ReturnValues: 'UPDATED_NEW',
  };
}

/** One expression cannot append and cut. Whoever appends in between cuts for both, so a lost race is no loss. */
function dropOldest(taskId: string, count: number): RowUpdate {
  const places = Array.from({ length: count - KEPT_DELIVERIES }, (_, place) => `deliveries[${place}]`);
  return {
    Key: { task_id: { S: taskId } },
    UpdateExpression: `REMOVE ${places.join(', ')}`,
    ConditionExpression: 'size(deliveries) = :count',
    ExpressionAttributeValues: { ':count': { N: String(count) } },
  };
}
