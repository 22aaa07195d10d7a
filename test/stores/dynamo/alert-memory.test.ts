import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertMemory } from '../../../functions/messages/operator-alerter.ts';
import { NEWEST_INDEX } from '../../../functions/names.ts';
import { createDynamoAlertMemory } from '../../../functions/stores/dynamo/alert-memory.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';
import { describeAlertMemory, HOUR_MS, NOW_MS } from '../../contract/alert-memory.contract.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from '../../support/dynalite.ts';

const TableName = LOCAL_TABLES.results;

let dynamo: Dynalite;
let memory: AlertMemory;
beforeAll(async () => {
  dynamo = await startDynalite();
  memory = createDynamoAlertMemory({ client: dynamo.client, tableName: TableName });
});
afterAll(() => dynamo.close());

describeAlertMemory('dynalite', () => memory);

describe('createDynamoAlertMemory', () => {
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
