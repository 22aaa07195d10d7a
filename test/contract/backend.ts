import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { ensureTables } from '../../functions/stores/dynamo/tables.ts';
import type { PendingTaskStore, TaskResultStore } from '../../functions/tasks/ports.ts';
import { NOW_MS } from './samples.ts';

/** Something that speaks DynamoDB. */
export type Backend = {
  client: DynamoDBClient;
  close(): Promise<void>;
};

export type StartBackend = () => Promise<Backend>;

/** Both stores on tables of their own, with what the tests look at. */
export type Stores = {
  client: DynamoDBClient;
  names: { pending: string; results: string };
  pending: PendingTaskStore;
  results: TaskResultStore;
  /** A second process as it were: the same tables, nothing remembered. */
  otherPending: PendingTaskStore;
  clock: { nowMs: number; now(): number };
  warnings: { message: string; fields: Record<string, unknown> | undefined }[];
  capacity: { operation: string; used: ConsumedCapacity }[];
};

let made = 0;

/** Starts the backend once per suite; the function it returns makes fresh tables. */
export function useBackend(start: StartBackend): () => Promise<Stores> {
  let backend: Backend | undefined;
  beforeAll(async () => {
    backend = await start();
  }, 60_000);
  afterAll(() => backend?.close());
  return () => {
    if (backend === undefined) throw new Error('The backend has not been started');
    made += 1;
    return makeStores(backend.client, { pending: `Pending${made}`, results: `Results${made}` });
  };
}

async function makeStores(client: DynamoDBClient, names: Stores['names']): Promise<Stores> {
  await ensureTables(client, names);
  const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
  const warnings: Stores['warnings'] = [];
  const capacity: Stores['capacity'] = [];
  const log = { warn: (message: string, fields?: Record<string, unknown>) => void warnings.push({ message, fields }) };
  const onCapacity = (operation: string, used: ConsumedCapacity) => void capacity.push({ operation, used });
  const pendingTable = { client, tableName: names.pending, log, onCapacity };
  return {
    client,
    names,
    pending: createDynamoPendingTaskStore(pendingTable),
    results: createDynamoTaskResultStore({ client, tableName: names.results, clock, log, onCapacity }),
    otherPending: createDynamoPendingTaskStore(pendingTable),
    clock,
    warnings,
    capacity,
  };
}

/** Everything an async iterable of pages gives. */
export async function drain<T>(pages: AsyncIterable<T[]>): Promise<T[][]> {
  const all: T[][] = [];
  for await (const page of pages) all.push(page);
  return all;
}
