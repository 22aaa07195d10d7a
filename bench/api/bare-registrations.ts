import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toPendingRow } from '../../functions/stores/dynamo/pending-tasks.ts';
import { LOCAL_TABLES } from '../../test/support/dynalite.ts';

const DAY_MS = 86_400_000;

/** What one would write instead: `same_calls` asks of the database what ours asks, and no more; `one_put` the least. */
export type BareKind = 'same_calls' | 'one_put';
export type Register = (client: DynamoDBClient, taskId: string) => Promise<unknown>;

export const BARE_REGISTRATIONS: Record<BareKind, Register> = {
  async same_calls(client, taskId) {
    await client.send(readResult(taskId));
    await client.send(putRow(taskId, { ConditionExpression: 'attribute_not_exists(task_id)' }));
    await client.send(readResult(taskId));
  },
  one_put: (client, taskId) => client.send(putRow(taskId)),
};

function readResult(taskId: string): GetItemCommand {
  const read = { ConsistentRead: true, ReturnConsumedCapacity: 'NONE' } as const;
  return new GetItemCommand({ TableName: LOCAL_TABLES.results, Key: { task_id: { S: taskId } }, ...read });
}

function putRow(taskId: string, condition: { ConditionExpression?: string } = {}): PutItemCommand {
  const registeredAtMs = Date.now();
  const identity = { taskId, instanceId: 'gateway', projectId: 'project', profile: 'default', label: 'bench' };
  const Item = toPendingRow({ ...identity, registeredAtMs, deadlineAtMs: registeredAtMs + DAY_MS });
  return new PutItemCommand({
    TableName: LOCAL_TABLES.pending,
    Item,
    ReturnConsumedCapacity: 'NONE',
    ...condition,
  });
}
