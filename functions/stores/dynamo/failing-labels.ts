import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { FailingLabels, LabelEnd } from '../store-result.ts';
import { callTable, type DynamoTable, onTable, readTime, timeAttribute, tryOnTable } from './rows.ts';

/**
 * Labels whose last task did not succeed, as marker rows `label#<gateway>#<label>` of `TaskResults`: no task id has a
 * `#`, and without `listing` they are in no index. A row exists while its label fails, so that a success which follows a
 * success costs half a read unit and no write. TTL clears the row of a label that nobody uses any more.
 */
export function createDynamoFailingLabels(table: DynamoTable): FailingLabels {
  return {
    async failedBefore(end) {
      const command = new GetItemCommand({ ...onTable(table), Key: keyOf(end) });
      const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
      return readTime(Item?.failed_at) <= end.atMs;
    },
    async noteFailure(end, expiresAtS) {
      const row = { ...keyOf(end), failed_at: timeAttribute(end.atMs), expires_at: { N: String(expiresAtS) } };
      const command = new PutItemCommand({ ...onTable(table), Item: row });
      await callTable(table, 'PutItem', () => table.client.send(command));
    },
    async noteSuccess(end) {
      const command = new DeleteItemCommand({
        ...onTable(table),
        Key: keyOf(end),
        // A failure that ended later stays.
        ConditionExpression: 'failed_at <= :at',
        ExpressionAttributeValues: { ':at': timeAttribute(end.atMs) },
      });
      await tryOnTable(table, 'DeleteItem', () => table.client.send(command));
    },
  };
}

function keyOf({ instanceId, label }: LabelEnd) {
  return { task_id: { S: `label#${instanceId}#${label}` } };
}
