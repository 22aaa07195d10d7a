import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import QuickLru from 'quick-lru';
import { StoreError, UnreadableTaskError } from '../../tasks/errors.ts';
import type { PendingTaskStore, Segment } from '../../tasks/ports.ts';
import { boundError, type Heard, hearMore, type PendingTask, type TaskError } from '../../tasks/task.ts';
import {
  callTable,
  type DynamoTable,
  errorAttribute,
  identityAttributes,
  onTable,
  type Row,
  type RowRead,
  readError,
  readIdentity,
  readRows,
  readTime,
  sayingOnce,
  timeAttribute,
  tryOnTable,
  unreadable,
} from './rows.ts';

/** Tasks whose last answer is remembered in the process; some MB at most. */
const REMEMBERED_TASKS = 50_000;
const REGISTER_ATTEMPTS = 3;

/** `PendingTasks` on DynamoDB, with single-item conditional writes only. */
export function createDynamoPendingTaskStore(given: DynamoTable): PendingTaskStore {
  const table = sayingOnce(given);
  const heard = new QuickLru<string, Heard>({ maxSize: REMEMBERED_TASKS });

  const withHeard = (task: PendingTask): PendingTask => {
    const answer = heard.get(task.taskId);
    return answer === undefined ? task : Object.assign(task, answer);
  };

  const get = async (taskId: string) => {
    const row = await getRow(table, taskId);
    if (row === undefined) return undefined;
    const read = readPendingRow(row);
    if (read.ok) return withHeard(read.value);
    throw new UnreadableTaskError(taskId, { table: table.tableName, reason: read.reason, holds: 'task' });
  };

  return {
    get,

    async register(task) {
      // The row that refused the put can be gone by the time it is read: then the id is free again.
      for (let attempt = 1; attempt <= REGISTER_ATTEMPTS; attempt++) {
        if (await putNew(table, task)) return { kind: 'created' };
        const existing = await get(task.taskId);
        if (existing) return { kind: 'exists', task: existing };
      }
      throw new StoreError(`Task ${task.taskId} was registered and removed repeatedly during this request`);
    },

    async *scan(segment) {
      let from: Row | undefined;
      do {
        const { tasks, next } = await readPage(table, segment, from);
        from = next;
        if (tasks.length > 0) yield tasks.map(withHeard);
      } while (from);
    },

    // A condition that is not met costs a write unit as well: callers compare with the row that they have read.
    async recordError(taskId, error) {
      await (error ? setError(table, taskId, error) : clearError(table, taskId));
    },

    noteHeard(taskId, answer) {
      heard.set(taskId, hearMore(heard.get(taskId), answer));
    },

    async remove(taskId) {
      const output = await deleteRow(table, taskId);
      heard.delete(taskId);
      return output.Attributes !== undefined;
    },
  };
}

async function getRow(table: DynamoTable, taskId: string) {
  const command = new GetItemCommand({ ...onTable(table), Key: { task_id: { S: taskId } }, ConsistentRead: true });
  const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
  return Item;
}

async function putNew(table: DynamoTable, task: PendingTask): Promise<boolean> {
  const command = new PutItemCommand({
    ...onTable(table),
    Item: toPendingRow(task),
    ConditionExpression: 'attribute_not_exists(task_id)',
  });
  return (await tryOnTable(table, 'PutItem', () => table.client.send(command))) !== undefined;
}

/** A function of its own: while a page's tasks are polled, the rows that they were read from are held by nobody. */
async function readPage(table: DynamoTable, { segment, totalSegments }: Segment, from: Row | undefined) {
  const command = new ScanCommand({
    ...onTable(table),
    Segment: segment,
    TotalSegments: totalSegments,
    ExclusiveStartKey: from,
  });
  const { Items = [], LastEvaluatedKey: next } = await callTable(table, 'Scan', () => table.client.send(command));
  return { tasks: readRows(table, Items, readPendingRow), next };
}

function setError(table: DynamoTable, taskId: string, error: TaskError) {
  const { code, message } = boundError(error);
  const command = new UpdateItemCommand({
    ...onTable(table),
    Key: { task_id: { S: taskId } },
    UpdateExpression: 'SET last_error = :error',
    ConditionExpression:
      'attribute_exists(task_id) AND (attribute_not_exists(last_error) OR last_error.code <> :code OR last_error.message <> :message)',
    ExpressionAttributeValues: {
      ':error': errorAttribute(error),
      ':code': { S: code },
      ':message': { S: message },
    },
  });
  return tryOnTable(table, 'UpdateItem', () => table.client.send(command));
}

function clearError(table: DynamoTable, taskId: string) {
  const command = new UpdateItemCommand({
    ...onTable(table),
    Key: { task_id: { S: taskId } },
    UpdateExpression: 'REMOVE last_error',
    ConditionExpression: 'attribute_exists(last_error)',
  });
  return tryOnTable(table, 'UpdateItem', () => table.client.send(command));
}

function deleteRow(table: DynamoTable, taskId: string) {
  const command = new DeleteItemCommand({
    ...onTable(table),
    Key: { task_id: { S: taskId } },
    ReturnValues: 'ALL_OLD',
  });
  return callTable(table, 'DeleteItem', () => table.client.send(command));
}

/** One row of `PendingTasks`. `status` is left out on purpose: it changes too often to be worth write units. */
export function toPendingRow(task: PendingTask): Row {
  const row = identityAttributes(task);
  row.registered_at = timeAttribute(task.registeredAtMs);
  row.deadline_at = timeAttribute(task.deadlineAtMs);
  if (task.lastError !== undefined) row.last_error = errorAttribute(task.lastError);
  return row;
}

/** Mapped by hand rather than with util-dynamodb: a sweep reads every row there is. */
function readPendingRow(row: Row): RowRead<PendingTask> {
  const identity = readIdentity(row);
  const registeredAtMs = readTime(row.registered_at);
  const deadlineAtMs = readTime(row.deadline_at);
  if (identity === undefined || Number.isNaN(registeredAtMs) || Number.isNaN(deadlineAtMs)) {
    return unreadable(row, missingAttributes(row));
  }
  const task: PendingTask = { ...identity, registeredAtMs, deadlineAtMs };
  if (identity.started !== undefined) task.taskType = identity.started.task_type;
  const lastError = readError(row.last_error);
  if (lastError !== undefined) task.lastError = lastError;
  return { ok: true, value: task };
}

function missingAttributes(row: Row): string[] {
  const strings = ['task_id', 'instance_id', 'project_id', 'profile'].filter((name) => !row[name]?.S);
  const times = ['registered_at', 'deadline_at'].filter((name) => Number.isNaN(readTime(row[name])));
  return [...strings, ...times];
}
