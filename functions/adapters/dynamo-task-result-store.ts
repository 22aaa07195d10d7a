import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { StoreError } from '../core/errors.ts';
import type { Delivery, TaskResult } from '../core/outcome.ts';
import type { Clock, TaskResultStore } from '../core/ports.ts';
import { toAttribute } from './dynamo-attributes.ts';
import { listResults } from './dynamo-result-list.ts';
import { readResultRow, toResultRow } from './dynamo-result-row.ts';
import { callTable, type DynamoTable, onTable, readRow, tryOnTable } from './dynamo-table.ts';

const PUT_ATTEMPTS = 3;
const KEPT_DELIVERIES = 20;

export type DynamoResultTable = DynamoTable & { clock: Pick<Clock, 'now'> };

/** `TaskResults` on DynamoDB, with single-item conditional writes only. A row counts until `expires_at`, deleted or not. */
export function createDynamoTaskResultStore(table: DynamoResultTable): TaskResultStore {
  const get = async (taskId: string) => {
    const result = await getResult(table, taskId);
    return result && result.expiresAtS > nowS(table) ? result : undefined;
  };

  return {
    get,

    async put(result) {
      // The row that refused the put can expire before it is read: then the id is free again.
      for (let attempt = 1; attempt <= PUT_ATTEMPTS; attempt++) {
        if (await putNew(table, result)) return { kind: 'stored' };
        const existing = await get(result.taskId);
        if (existing) return { kind: 'exists', result: existing };
      }
      throw new StoreError(`The result of task ${result.taskId} comes and goes while it is being put`);
    },

    list: (filter, page) => listResults(table, { ...filter, nowS: nowS(table) }, page),

    async recordDelivery(taskId, delivery) {
      const count = await appendDelivery(table, taskId, delivery);
      if (count > KEPT_DELIVERIES) await dropOldest(table, taskId, count);
    },
  };
}

function nowS(table: DynamoResultTable): number {
  return Math.floor(table.clock.now() / 1000);
}

async function getResult(table: DynamoResultTable, taskId: string): Promise<TaskResult | undefined> {
  const command = new GetItemCommand({ ...onTable(table), Key: { task_id: { S: taskId } }, ConsistentRead: true });
  const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
  return Item && readRow(table, Item, readResultRow);
}

async function putNew(table: DynamoResultTable, result: TaskResult): Promise<boolean> {
  const command = new PutItemCommand({
    ...onTable(table),
    Item: toResultRow(result),
    ConditionExpression: 'attribute_not_exists(task_id) OR expires_at <= :now',
    ExpressionAttributeValues: { ':now': { N: String(nowS(table)) } },
  });
  return (await tryOnTable(table, 'PutItem', () => table.client.send(command))) !== undefined;
}

/** How many deliveries the row has now; 0 when there is no row. Appending is atomic: no delivery is lost in a race. */
async function appendDelivery(table: DynamoTable, taskId: string, delivery: Delivery): Promise<number> {
  const command = new UpdateItemCommand({
    ...onTable(table),
    Key: { task_id: { S: taskId } },
    UpdateExpression: 'SET deliveries = list_append(if_not_exists(deliveries, :none), :new)',
    ConditionExpression: 'attribute_exists(task_id)',
    ExpressionAttributeValues: { ':none': { L: [] }, ':new': { L: [toAttribute(delivery)] } },
    ReturnValues: 'UPDATED_NEW',
  });
  const output = await tryOnTable(table, 'UpdateItem', () => table.client.send(command));
  return output?.Attributes?.deliveries?.L?.length ?? 0;
}

/** One expression cannot append and cut. Whoever appends in between cuts for both, so a lost race is no loss. */
async function dropOldest(table: DynamoTable, taskId: string, count: number): Promise<void> {
  const places = Array.from({ length: count - KEPT_DELIVERIES }, (_, place) => `deliveries[${place}]`);
  const command = new UpdateItemCommand({
    ...onTable(table),
    Key: { task_id: { S: taskId } },
    UpdateExpression: `REMOVE ${places.join(', ')}`,
    ConditionExpression: 'size(deliveries) = :count',
    ExpressionAttributeValues: { ':count': { N: String(count) } },
  });
  await tryOnTable(table, 'UpdateItem', () => table.client.send(command));
}
