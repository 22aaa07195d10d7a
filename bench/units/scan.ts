import {
  type AttributeValue,
  BatchWriteItemCommand,
  type ConsumedCapacity,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { createDynamoPendingTaskStore, toPendingRow } from '../../functions/stores/dynamo/pending-tasks.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';

/** What one sweep reads. `leastUnits` is bytes ÷ 8 KB: half a unit, eventually consistent, for each 4 KB. */
export type ScanCost = { rows: number; bytes: number; units: number; leastUnits: number };

/** DynamoDB's rule: the names and the values, in UTF-8. A row of ours has strings only. */
export function sizeOfRow(row: Record<string, AttributeValue>): number {
  const sizes = Object.entries(row).map(([name, { S = '' }]) => Buffer.byteLength(name) + Buffer.byteLength(S));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Adds the tasks to the table. */
export async function putRows(client: DynamoDBClient, tableName: string, tasks: PendingTask[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(tasks.length / 25) }, (_, i) => tasks.slice(i * 25, i * 25 + 25));
  const put = (batch: PendingTask[]) => {
    const requests = batch.map((task) => ({ PutRequest: { Item: toPendingRow(task) } }));
    return client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  };
  for (let i = 0; i < batches.length; i += 8) await Promise.all(batches.slice(i, i + 8).map(put));
}

/** Reads the table as one sweep does and adds up what it cost. */
export async function scanOnce(client: DynamoDBClient, tableName: string): Promise<ScanCost> {
  let units = 0;
  const onCapacity = (_: string, capacity: ConsumedCapacity) => {
    units += capacity.CapacityUnits ?? 0;
  };
  const store = createDynamoPendingTaskStore({ client, tableName, onCapacity });
  const seen = { rows: 0, bytes: 0 };
  for await (const page of store.scan({ segment: 0, totalSegments: 1 })) {
    seen.rows += page.length;
    for (const task of page) seen.bytes += sizeOfRow(toPendingRow(task));
  }
  return { ...seen, units, leastUnits: Math.max(0.5, seen.bytes / 8_192) };
}
