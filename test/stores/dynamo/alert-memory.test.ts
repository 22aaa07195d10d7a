import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertMemory } from '../../../functions/messages/operator-alerter.ts';
import { NEWEST_INDEX } from '../../../functions/names.ts';
import { createDynamoAlertMemory } from '../../../functions/stores/dynamo/alert-memory.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';
import { type EmbeddedDynamo, LOCAL_TABLES, startEmbeddedDynamo } from '../../../local/embedded-dynamodb.ts';

const NOW_MS = Date.parse('2026-11-24T02:00:00Z');
const HOUR_MS = 3_600_000;
const TableName = LOCAL_TABLES.results;

let dynamo: EmbeddedDynamo;
let memory: AlertMemory;
beforeAll(async () => {
  dynamo = await startEmbeddedDynamo();
  memory = createDynamoAlertMemory({ client: dynamo.client, tableName: TableName });
});
afterAll(() => dynamo.close());

describe('createDynamoAlertMemory', () => {
  it('lets the first claim through and refuses it until the period is over', async () => {
    const claims = [];
    for (const afterMs of [0, 1, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS - 1]) {
      claims.push(await memory.claim('a', NOW_MS + afterMs, HOUR_MS));
    }
    expect(claims).toEqual([true, false, false, true, false]);
  });

  it('lets one of many claims at once through', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => memory.claim('race', NOW_MS, HOUR_MS)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('lets the first claim through when the answer to its put is lost and the put is repeated', async () => {
    let puts = 0;
    dynamo.client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (++puts === 1) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        return answer;
      },
      { step: 'finalizeRequest', priority: 'low', name: 'loseFirstAnswer' },
    );
    expect(await memory.claim('lost', NOW_MS, HOUR_MS)).toBe(true);
    dynamo.client.middlewareStack.remove('loseFirstAnswer');
    expect(puts).toBe(2);
    expect(await memory.claim('lost', NOW_MS + 1, HOUR_MS)).toBe(false);
  });

  it('keeps keys apart', async () => {
    expect(await memory.claim('profile:one', NOW_MS, HOUR_MS)).toBe(true);
    expect(await memory.claim('profile:two', NOW_MS, HOUR_MS)).toBe(true);
  });

  it('lets a released key be claimed again', async () => {
    await memory.claim('again', NOW_MS, HOUR_MS);
    await memory.release('again');
    expect(await memory.claim('again', NOW_MS, HOUR_MS)).toBe(true);
  });

  it('leaves a row that TTL clears and that no listing shows', async () => {
    await memory.claim('marker', NOW_MS, HOUR_MS);
    const { Item } = await dynamo.client.send(
      new GetItemCommand({ TableName, Key: { task_id: { S: 'alert#marker' } } }),
    );
    expect(Item).toEqual({
      task_id: { S: 'alert#marker' },
      claim_id: { S: expect.any(String) },
      raised_at: { S: '2026-11-24T02:00:00.000Z' },
      expires_at: { N: String((NOW_MS + HOUR_MS) / 1_000) },
    });
    const listing = await dynamo.client.send(new ScanCommand({ TableName, IndexName: NEWEST_INDEX }));
    expect(listing.Items).toEqual([]);
  });

  it('throws a StoreError when there is no such table', async () => {
    const lost = createDynamoAlertMemory({ client: dynamo.client, tableName: 'NoSuchTable' });
    await expect(lost.claim('a', NOW_MS, HOUR_MS)).rejects.toThrow(StoreError);
    await expect(lost.release('a')).rejects.toThrow(StoreError);
  });
});
