import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AlertMemory } from '../../messages/operator-alerter.ts';
import { StoreError } from '../../tasks/errors.ts';

/**
 * Remembers operator alerts as marker rows `alert#<key>` of `TaskResults`: no task id has a `#`, without `listing` they
 * are in no index, and TTL clears them. Throws `StoreError`.
 *
 *     first claim ──put if absent or expired──► true        meanwhile, anybody: condition fails ──► false
 *     its answer is lost: the SDK repeats it, finds the row with its own `claim_id` ──► true
 */
export function createDynamoAlertMemory({
  client,
  tableName,
}: {
  client: DynamoDBClient;
  tableName: string;
}): AlertMemory {
  return {
    async claim(key, nowMs, periodMs) {
      const claimId = { S: randomUUID() };
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              ...keyOf(key),
              claim_id: claimId,
              raised_at: { S: new Date(nowMs).toISOString() },
              expires_at: { N: String(Math.ceil((nowMs + periodMs) / 1_000)) },
            },
            // TTL deletes late, so the row's own time decides.
            ConditionExpression: 'attribute_not_exists(task_id) OR expires_at <= :now OR claim_id = :mine',
            ExpressionAttributeValues: { ':now': { N: String(Math.floor(nowMs / 1_000)) }, ':mine': claimId },
          }),
        );
        return true;
      } catch (cause) {
        if (cause instanceof ConditionalCheckFailedException) return false;
        throw new StoreError('The record of sent alerts cannot be written', { cause });
      }
    },
    async release(key) {
      try {
        await client.send(new DeleteItemCommand({ TableName: tableName, Key: keyOf(key) }));
      } catch (cause) {
        throw new StoreError('The record of sent alerts cannot be written', { cause });
      }
    },
  };
}

function keyOf(key: string) {
  return { task_id: { S: `alert#${key}` } };
}
