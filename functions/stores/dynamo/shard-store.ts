import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { StoreError } from '../../tasks/errors.ts';
import { parseJson } from '../../tasks/json.ts';
import type { Segment } from '../../tasks/ports.ts';
import type { ShardRow, ShardStore } from '../../tasks/shards.ts';
import type { Row } from './rows.ts';
import { callTable, type DynamoTable, onTable } from './rows.ts';

/** A row that nobody has written for so long belongs to a number of shards that is no more: TTL deletes it. */
const KEPT_S = 30 * 86_400;

/**
 * `ShardStore` as rows `shard#<segment>/<segments>` of `TaskResults`: no task id has a `#`, and without `listing` they are
 * in no index. Another number of shards has other rows, so it begins with nothing covered. Times are numbers, in
 * milliseconds.
 */
export function createDynamoShardStore(table: DynamoTable): ShardStore {
  const update = (shard: Segment, change: Change) => updateRow(table, shard, change);
  return {
    async get(shard) {
      const command = new GetItemCommand({ ...onTable(table), Key: keyOf(shard), ConsistentRead: true });
      const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
      return Item && readShard(Item);
    },

    async take(shard, { leaseId, nowMs, leaseUntilMs, dueMs, awakeUntilMs }) {
      const isBeat = dueMs === undefined;
      const answer = await update(shard, {
        set: {
          lease_id: leaseId,
          lease_until: leaseUntilMs,
          expires_at: expiryOf(nowMs),
          ...awakeOf(awakeUntilMs),
        },
        remove: awakeUntilMs === undefined ? ['awake_until'] : [],
        // An answer that was lost is repeated by the SDK: then the lease is ours already.
        condition: `${IS_FREE}${isBeat ? '' : IS_NOT_COVERED} OR lease_id = :lease_id`,
        values: { ':now': number(nowMs), ...(!isBeat && { ':due': number(dueMs) }) },
        returns: 'ALL_OLD',
      });
      if (answer) return { isTaken: true, row: answer.row };
      return { isTaken: false, row: await this.get(shard) };
    },

    async renew(shard, leaseId, { leaseUntilMs, awakeUntilMs, coveredUntilMs, scannedUntilMs }) {
      const answer = await update(shard, {
        set: {
          lease_until: leaseUntilMs,
          covered_until: coveredUntilMs,
          scanned_until: scannedUntilMs,
          ...awakeOf(awakeUntilMs),
        },
        remove: awakeUntilMs === undefined ? ['awake_until'] : [],
        ...onlyBy(leaseId),
      });
      return answer !== undefined;
    },

    async release(shard, leaseId, { coveredUntilMs, scannedUntilMs, asked = {} }) {
      const hasAsked = Object.keys(asked).length > 0;
      const answer = await update(shard, {
        set: {
          covered_until: coveredUntilMs,
          scanned_until: scannedUntilMs,
          ...(hasAsked && { asked: JSON.stringify(asked) }),
        },
        remove: ['lease_id', 'lease_until', 'awake_until', ...(hasAsked ? [] : ['asked'])],
        ...onlyBy(leaseId),
      });
      return answer !== undefined;
    },
  };
}

const askedSchema = z.record(z.string(), z.number());

const IS_FREE = '(attribute_not_exists(lease_until) OR lease_until < :now)';
const IS_NOT_COVERED = ' AND (attribute_not_exists(covered_until) OR covered_until < :due)';

/** Attributes to set and to remove, and on what condition. */
type Change = {
  set: Record<string, string | number>;
  remove?: string[];
  condition?: string;
  values?: Row;
  returns?: 'ALL_OLD';
};

const onlyBy = (leaseId: string) => ({ condition: 'lease_id = :mine', values: { ':mine': { S: leaseId } } });

/** Undefined where the condition was not met. */
async function updateRow(
  table: DynamoTable,
  shard: Segment,
  change: Change,
): Promise<{ row: ShardRow | undefined } | undefined> {
  const command = new UpdateItemCommand(toUpdate(table, shard, change));
  try {
    const { Attributes } = await callTable(table, 'UpdateItem', () => table.client.send(command));
    return { row: Attributes && readShard(Attributes) };
  } catch (error) {
    if (error instanceof StoreError && error.cause instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

function toUpdate(table: DynamoTable, shard: Segment, change: Change): UpdateItemCommandInput {
  const { set, remove = [], condition, values, returns } = change;
  const removal = remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`;
  const assigned = Object.entries(set).map(([name, value]) => [
    `:${name}`,
    typeof value === 'string' ? { S: value } : number(value),
  ]);
  return {
    ...onTable(table),
    Key: keyOf(shard),
    UpdateExpression: `SET ${Object.keys(set)
      .map((name) => `${name} = :${name}`)
      .join(', ')}${removal}`,
    ...(condition && { ConditionExpression: condition }),
    ExpressionAttributeValues: { ...Object.fromEntries(assigned), ...values },
    ...(returns && { ReturnValues: returns }),
  };
}

function readShard(row: Row): ShardRow {
  const read = (name: string): number | undefined => (row[name]?.N === undefined ? undefined : Number(row[name].N));
  const [leaseUntilMs, awakeUntilMs] = [read('lease_until'), read('awake_until')];
  const leaseId = row.lease_id?.S;
  const asked = askedSchema.safeParse(parseJson(row.asked?.S ?? ''));
  return {
    coveredUntilMs: read('covered_until') ?? 0,
    scannedUntilMs: read('scanned_until') ?? 0,
    ...(leaseId !== undefined && leaseUntilMs !== undefined && { lease: { id: leaseId, untilMs: leaseUntilMs } }),
    ...(awakeUntilMs !== undefined && { awakeUntilMs }),
    ...(asked.success && { asked: asked.data }),
  };
}

const awakeOf = (atMs: number | undefined) => (atMs === undefined ? {} : { awake_until: atMs });
const number = (value: number) => ({ N: String(value) });
const expiryOf = (nowMs: number) => Math.floor(nowMs / 1_000) + KEPT_S;

function keyOf({ segment, totalSegments }: Segment): Row {
  return { task_id: { S: `shard#${segment}/${totalSegments}` } };
}
