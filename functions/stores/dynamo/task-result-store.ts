import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { StoreError } from '../../tasks/errors.ts';
import type { Clock, TaskResultStore } from '../../tasks/ports.ts';
import type { TaskResult } from '../../tasks/result.ts';
import { createDeliveryRecorder, type RowUpdate } from './deliveries.ts';
import { listResults } from './result-list.ts';
import { readResultRow, toResultRow } from './result-row.ts';
import { callTable, type DynamoTable, onTable, readRow, tryOnTable } from './table.ts';

const PUT_ATTEMPTS = 3;

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

    remove: (end) => removeEnd(table, end),

    recordDeliveries: createDeliveryRecorder((update) => updateRow(table, update)),
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

function updateRow(table: DynamoTable, update: RowUpdate) {
  const command = new UpdateItemCommand({ ...onTable(table), ...update });
  return tryOnTable(table, 'UpdateItem', () => table.client.send(command));
}
