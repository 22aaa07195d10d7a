import {
  type AttributeValue,
  type ConsumedCapacity,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { createDynamoPendingTaskStore, toPendingRow } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { ensureTables, type TableNames } from '../../functions/stores/dynamo/tables.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';

/** One watched life of a task, from its registration to the stored result. */
export type Life = { task: PendingTask; result: TaskResult; polls: number };
/** A way to keep what is pending. `live` lives one life and answers the write units it took, indexes included. */
export type Design = { name: string; live(client: DynamoDBClient, life: Life): Promise<number>; tables: TableNames };

const count = (capacity: ConsumedCapacity | undefined) => capacity?.CapacityUnits ?? 0;

/** Ours: nothing is written by a poll. */
export const PURE_SCHEDULE: Design = {
  name: 'ours: the schedule is a function of age',
  tables: { pending: 'OursPending', results: 'OursResults' },
  live: (client, life) => liveWith(client, PURE_SCHEDULE.tables, life, async () => 0),
};

/** The usual one: each poll notes its time, the status and the count on the row. */
export const ROW_PER_POLL: Design = {
  name: 'the row is updated at each poll',
  tables: { pending: 'UpdatedPending', results: 'UpdatedResults' },
  live: (client, life) => liveWith(client, ROW_PER_POLL.tables, life, (atMs) => noteOnRow(client, life.task, atMs)),
};

/** The scalable one of the text books: an index by the time when the next poll is due, moved along by each poll. */
export const DUE_INDEX: Design = {
  name: 'an index by due time, moved by each poll',
  tables: { pending: 'DuePending', results: 'DueResults' },
  live: async (client, life) => {
    await client.send(new CreateTableCommand(dueTable(DUE_INDEX.tables.pending)));
    return liveWith(client, DUE_INDEX.tables, life, (atMs) => moveDue(client, life.task, atMs));
  },
};

type Write = (atMs: number) => Promise<number>;

/** The same put, result and delete for all; `afterPoll` is what a design writes when a poll finds the task pending. */
async function liveWith(client: DynamoDBClient, tables: TableNames, life: Life, afterPoll: Write): Promise<number> {
  await ensureTables(client, tables);
  let units = 0;
  const onCapacity = (_: string, capacity: ConsumedCapacity) => {
    units += count(capacity);
  };
  const pending = createDynamoPendingTaskStore({ client, tableName: tables.pending, onCapacity });
  const results = createDynamoTaskResultStore({ client, tableName: tables.results, onCapacity, clock: CLOCK });
  const { task, result, polls } = life;
  units += await registerRow(client, tables, task);
  for (let poll = 1; poll < polls; poll += 1) {
    pending.noteHeard(task.taskId, { status: 'processing' });
    units += await afterPoll(task.registeredAtMs + poll * 5_000);
  }
  await results.put(result);
  units += await deleteRow(client, tables.pending, task.taskId);
  return units;
}

const CLOCK = { now: Date.now, sleep: async () => {} };

async function registerRow(client: DynamoDBClient, { pending }: TableNames, task: PendingTask): Promise<number> {
  const due = pending === DUE_INDEX.tables.pending ? dueAttributes(task.registeredAtMs) : {};
  const Item = { ...toPendingRow(task), ...due };
  const command = { TableName: pending, Item, ConditionExpression: 'attribute_not_exists(task_id)' };
  const { ConsumedCapacity } = await client.send(new PutItemCommand({ ...command, ReturnConsumedCapacity: 'INDEXES' }));
  return count(ConsumedCapacity);
}

async function deleteRow(client: DynamoDBClient, TableName: string, taskId: string): Promise<number> {
  const command = { TableName, Key: { task_id: { S: taskId } }, ReturnConsumedCapacity: 'INDEXES' as const };
  return count((await client.send(new DeleteItemCommand(command))).ConsumedCapacity);
}

function noteOnRow(client: DynamoDBClient, task: PendingTask, atMs: number): Promise<number> {
  return update(client, task, {
    TableName: ROW_PER_POLL.tables.pending,
    UpdateExpression: 'SET last_polled_at = :at, task_status = :status ADD polls :one',
    ExpressionAttributeValues: { ':at': { S: isoOf(atMs) }, ':status': { S: 'processing' }, ':one': { N: '1' } },
  });
}

function moveDue(client: DynamoDBClient, task: PendingTask, atMs: number): Promise<number> {
  return update(client, task, {
    TableName: DUE_INDEX.tables.pending,
    UpdateExpression: 'SET next_poll_at = :at',
    ExpressionAttributeValues: { ':at': { S: isoOf(atMs) } },
  });
}

async function update(
  client: DynamoDBClient,
  task: PendingTask,
  change: Omit<UpdateItemCommandInput, 'Key'>,
): Promise<number> {
  const command = { ...change, Key: { task_id: { S: task.taskId } }, ReturnConsumedCapacity: 'INDEXES' as const };
  return count((await client.send(new UpdateItemCommand(command))).ConsumedCapacity);
}

const isoOf = (atMs: number) => new Date(atMs).toISOString();
const dueAttributes = (atMs: number): Record<string, AttributeValue> => ({
  shard: { S: '0' },
  next_poll_at: { S: isoOf(atMs) },
});

function dueTable(TableName: string): CreateTableCommandInput {
  const strings = ['task_id', 'shard', 'next_poll_at'];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: strings.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'task_id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [
          { AttributeName: 'shard', KeyType: 'HASH' },
          { AttributeName: 'next_poll_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  };
}
