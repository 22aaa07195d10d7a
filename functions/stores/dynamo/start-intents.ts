import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  type CreateTableCommandInput,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { OPEN_INTENTS_INDEX } from '../../names.ts';
import { UnreadableStartError } from '../../tasks/errors.ts';
import type { Clock } from '../../tasks/ports.ts';
import { isOpen, type StartIntent, type StartIntentStore } from '../../tasks/start.ts';
import { readIntent, writeIntent } from '../intent-json.ts';
import { logOnce } from '../log-once.ts';
import { callTable, type DynamoTable, onTable, tryOnTable } from './rows.ts';

type Item = Record<string, AttributeValue>;

/** The only value of the index's key, which only open intents have: the index holds nothing else. */
const OPEN = 'open';

/**
 * `StartIntents`, key `start_key`. Every write has its own `write_id`: a put whose answer is lost is repeated by the SDK,
 * finds its own row, and has succeeded.
 */
export function createDynamoStartIntentStore(table: DynamoTable & { clock: Pick<Clock, 'now'> }): StartIntentStore {
  const { client, clock, tableName } = table;
  const log = table.log && logOnce(table.log);

  const live = (intent: StartIntent) => (intent.expiresAtMs > clock.now() ? intent : undefined);

  const put = async (intent: StartIntent, condition: string, values: Item): Promise<boolean> => {
    const mine = { S: randomUUID() };
    const command = new PutItemCommand({
      ...onTable(table),
      Item: { ...itemOf(intent), write_id: mine },
      ConditionExpression: `${condition} OR write_id = :mine`,
      ExpressionAttributeValues: { ...values, ':mine': mine },
    });
    return (await tryOnTable(table, 'PutItem', () => client.send(command))) !== undefined;
  };

  const get = async (key: string): Promise<StartIntent | undefined> => {
    const command = new GetItemCommand({ ...onTable(table), Key: keyOf(key), ConsistentRead: true });
    const { Item: item } = await callTable(table, 'GetItem', () => client.send(command));
    if (item === undefined) return undefined;
    const intent = readIntent(item.intent?.S ?? '');
    if (intent === undefined) throw new UnreadableStartError(key, tableName);
    return live(intent);
  };

  return {
    get,
    async claim(intent) {
      // TTL deletes late, so the row's own time decides.
      const isFree = 'attribute_not_exists(start_key) OR expires_at_ms <= :now';
      if (await put(intent, isFree, { ':now': { N: String(clock.now()) } })) return { kind: 'claimed' };
      const existing = await get(intent.key);
      // It went between the two calls: the key is free again.
      return existing ? { kind: 'exists', intent: existing } : this.claim(intent);
    },
    replace: (next) => put(next, 'version = :before', { ':before': { N: String(next.version - 1) } }),
    async remove({ key, version }) {
      const command = new DeleteItemCommand({
        ...onTable(table),
        Key: keyOf(key),
        ConditionExpression: 'attribute_not_exists(start_key) OR version = :version',
        ExpressionAttributeValues: { ':version': { N: String(version) } },
      });
      return (await tryOnTable(table, 'DeleteItem', () => client.send(command))) !== undefined;
    },
    async listOpen(limit) {
      const command = new QueryCommand({
        ...onTable(table),
        IndexName: OPEN_INTENTS_INDEX,
        KeyConditionExpression: 'open_state = :open',
        ExpressionAttributeValues: { ':open': { S: OPEN } },
        Limit: limit,
      });
      const { Items = [] } = await callTable(table, 'Query', () => client.send(command));
      return Items.flatMap((item) => {
        const intent = readIntent(item.intent?.S ?? '');
        if (intent === undefined)
          log?.warn('Skipped a row that cannot be read', { table: tableName, key: item.start_key?.S });
        return (intent && live(intent)) ?? [];
      });
    },
  };
}

/** The table as `CreateTable` wants it; TTL, which is set apart, is on `expires_at`. */
export function startIntentsDefinition(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'start_key', AttributeType: 'S' },
      { AttributeName: 'open_state', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'start_key', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: OPEN_INTENTS_INDEX,
        KeySchema: [{ AttributeName: 'open_state', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  };
}

function itemOf(intent: StartIntent): Item {
  return {
    ...keyOf(intent.key),
    version: { N: String(intent.version) },
    intent: { S: writeIntent(intent) },
    expires_at_ms: { N: String(intent.expiresAtMs) },
    expires_at: { N: String(Math.ceil(intent.expiresAtMs / 1_000)) },
    ...(isOpen(intent) && { open_state: { S: OPEN } }),
  };
}

const keyOf = (key: string): Item => ({ start_key: { S: key } });
