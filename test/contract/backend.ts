import { type ConsumedCapacity, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { ensureTables } from '../../functions/stores/dynamo/tables.ts';
import type { PendingTaskStore, TaskResultStore } from '../../functions/tasks/ports.ts';
import { NOW_MS } from './samples.ts';

/** Something that speaks DynamoDB. */
export type DynamoBackend = { client: DynamoDBClient; close(): Promise<void> };

/** Both stores, empty, with what the tests look at. */
export type Stores = {
  pending: PendingTaskStore;
  results: TaskResultStore;
  /** A second process as it were: the same tables, nothing remembered. */
  otherPending: PendingTaskStore;
  clock: { nowMs: number; now(): number };
  warnings: { message: string; fields: Record<string, unknown> | undefined }[];
  /** How many unreadable rows scans have counted; undefined where nothing counts them. */
  unreadableRows?: () => number;
  /** Puts rows called `odd` that no store wrote. */
  addOddRows(): Promise<void>;
  /** Stores whose tables are not there. */
  withoutTables(): Promise<Pick<Stores, 'pending' | 'results'>>;
};

export type DynamoStores = Stores & {
  client: DynamoDBClient;
  names: { pending: string; results: string };
  capacity: { operation: string; used: ConsumedCapacity }[];
};

/** Starts what holds the tables, once per suite; `makeStores` makes fresh ones. */
export type StartBackend<S extends Stores = Stores> = () => Promise<{
  makeStores(): Promise<S>;
  close(): Promise<void>;
}>;

export function useBackend<S extends Stores>(start: StartBackend<S>): () => Promise<S> {
  let backend: Awaited<ReturnType<StartBackend<S>>> | undefined;
  beforeAll(async () => {
    backend = await start();
  }, 60_000);
  afterAll(() => backend?.close());
  return () => {
    if (backend === undefined) throw new Error('The backend has not been started');
    return backend.makeStores();
  };
}

let made = 0;

/** The stores on tables of their own in a DynamoDB. */
export function onDynamo(start: () => Promise<DynamoBackend>): StartBackend<DynamoStores> {
  return async () => {
    const { client, close } = await start();
    return {
      close,
      makeStores: () => {
        made += 1;
        return makeStores(client, { pending: `Pending${made}`, results: `Results${made}` });
      },
    };
  };
}

/** A log that keeps its warnings, and a clock that stands. */
export function observers() {
  const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
  const warnings: Stores['warnings'] = [];
  const warn = (message: string, fields?: Record<string, unknown>) => void warnings.push({ message, fields });
  return { clock, warnings, log: { warn, error: warn } };
}

async function makeStores(client: DynamoDBClient, names: DynamoStores['names']): Promise<DynamoStores> {
  await ensureTables(client, names);
  const { clock, warnings, log } = observers();
  const capacity: DynamoStores['capacity'] = [];
  const onCapacity = (operation: string, used: ConsumedCapacity) => void capacity.push({ operation, used });
  const skipped: true[] = [];
  const onUnreadable = () => void skipped.push(true);
  const pendingTable = { client, tableName: names.pending, log, onCapacity, onUnreadable };
  const storesOn = (tables: DynamoStores['names']) => ({
    pending: createDynamoPendingTaskStore({ ...pendingTable, tableName: tables.pending }),
    results: createDynamoTaskResultStore({ client, tableName: tables.results, clock, log, onCapacity }),
  });
  return {
    ...{ client, names, clock, warnings, capacity, unreadableRows: () => skipped.length },
    ...storesOn(names),
    otherPending: createDynamoPendingTaskStore(pendingTable),
    async addOddRows() {
      const odd = { task_id: { S: 'odd' } };
      await client.send(new PutItemCommand({ TableName: names.pending, Item: { ...odd, instance_id: { N: '1' } } }));
      const listed = { listing: { S: 'results' }, completed_at: { S: 'never' }, expires_at: { N: '9999999999' } };
      await client.send(new PutItemCommand({ TableName: names.results, Item: { ...odd, ...listed } }));
    },
    withoutTables: async () => storesOn({ pending: 'NoSuchPending', results: 'NoSuchResults' }),
  };
}

/** Everything an async iterable of pages gives. */
export async function drain<T>(pages: AsyncIterable<T[]>): Promise<T[][]> {
  const all: T[][] = [];
  for await (const page of pages) all.push(page);
  return all;
}
