import { describe, expect, it } from 'vitest';
import { createDynamoShardStore } from '../../functions/stores/dynamo/shard-store.ts';
import type { ShardStore } from '../../functions/tasks/shards.ts';
import { type DynamoStores, type StartBackend, useBackend } from './backend.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const SHARD = { segment: 0, totalSegments: 2 };
const claim = (leaseId: string, more: { nowMs?: number; dueMs?: number } = {}) => {
  const nowMs = more.nowMs ?? NOW_MS;
  return { leaseId, nowMs, leaseUntilMs: nowMs + 20_000, dueMs: more.dueMs };
};
const progress = { coveredUntilMs: NOW_MS + 1_000, scannedUntilMs: NOW_MS + 2_000 };

/** What every `ShardStore` does; `prepare` is called within the suite, and what it gives makes a store without any row. */
export function describeShardStore(name: string, prepare: () => () => Promise<ShardStore>): void {
  describe(`ShardStore on ${name}`, () => describeCases(prepare()));
}

/** The same on tables of DynamoDB. */
export function describeDynamoShardStore(name: string, start: StartBackend<DynamoStores>): void {
  describeShardStore(name, () => {
    const stores = useBackend(start);
    return async () => {
      const { client, names } = await stores();
      return createDynamoShardStore({ client, tableName: names.results });
    };
  });
}

function describeCases(create: () => Promise<ShardStore>): void {
  const test = (what: string, run: (store: ShardStore) => Promise<void>) => it(what, async () => run(await create()));

  test('gives the lease of a shard that nobody holds', async (store) => {
    expect(await store.get(SHARD)).toBeUndefined();
    expect(await store.take(SHARD, claim('a'))).toEqual({ isTaken: true, row: undefined });
    expect(await store.get(SHARD)).toEqual({
      coveredUntilMs: 0,
      scannedUntilMs: 0,
      lease: { id: 'a', untilMs: NOW_MS + 20_000 },
    });
  });

  test('gives it to one only, and says who has it', async (store) => {
    const claims = await Promise.all(['a', 'b', 'c'].map((id) => store.take(SHARD, claim(id))));
    const refused = claims.filter(({ isTaken }) => !isTaken);
    expect(refused).toHaveLength(2);
    const holder = (await store.get(SHARD))?.lease;
    for (const { row } of refused) expect(row?.lease).toEqual(holder);
  });

  test('gives it again after its time, and not before', async (store) => {
    await store.take(SHARD, claim('a'));
    expect(await store.take(SHARD, claim('b', { nowMs: NOW_MS + 20_000 }))).toMatchObject({ isTaken: false });
    expect(await store.take(SHARD, claim('b', { nowMs: NOW_MS + 20_001 }))).toMatchObject({ isTaken: true });
  });

  test('grants the same claim twice, because its first answer may have been lost', async (store) => {
    await store.take(SHARD, claim('a'));
    expect(await store.take(SHARD, claim('a'))).toMatchObject({ isTaken: true });
  });

  test('refuses a wake for a point that is covered', async (store) => {
    await store.take(SHARD, claim('a'));
    await store.release(SHARD, 'a', progress);
    const covered = await store.take(SHARD, claim('b', { dueMs: NOW_MS + 1_000 }));
    expect(covered).toMatchObject({ isTaken: false, row: progress });
    expect(covered.row?.lease).toBeUndefined();
    expect(await store.take(SHARD, claim('b', { dueMs: NOW_MS + 1_001 }))).toMatchObject({
      isTaken: true,
      row: progress,
    });
  });

  test('renews and releases for the holder alone', async (store) => {
    await store.take(SHARD, claim('a'));
    const change = { ...progress, leaseUntilMs: NOW_MS + 24_000, awakeUntilMs: NOW_MS + 9_000 };
    expect(await store.renew(SHARD, 'b', change)).toBe(false);
    expect(await store.release(SHARD, 'b', progress)).toBe(false);
    expect(await store.get(SHARD)).not.toMatchObject(progress);
    expect(await store.renew(SHARD, 'a', change)).toBe(true);
    expect(await store.get(SHARD)).toMatchObject({
      ...progress,
      awakeUntilMs: NOW_MS + 9_000,
      lease: { id: 'a', untilMs: NOW_MS + 24_000 },
    });
    expect(await store.release(SHARD, 'a', progress)).toBe(true);
    expect(await store.get(SHARD)).toEqual(progress);
    expect(await store.renew(SHARD, 'a', change)).toBe(false);
  });

  test('forgets a promise that is not renewed, and that of a holder before', async (store) => {
    const awake = { ...progress, leaseUntilMs: NOW_MS + 20_000, awakeUntilMs: NOW_MS + 9_000 };
    await store.take(SHARD, claim('a'));
    await store.renew(SHARD, 'a', awake);
    await store.renew(SHARD, 'a', { ...awake, awakeUntilMs: undefined });
    expect(await store.get(SHARD)).not.toHaveProperty('awakeUntilMs');
    await store.renew(SHARD, 'a', awake);
    await store.take(SHARD, claim('b', { nowMs: NOW_MS + 60_000 }));
    expect(await store.get(SHARD)).not.toHaveProperty('awakeUntilMs');
  });

  test('hands over what was asked beyond the cursor, once', async (store) => {
    await store.take(SHARD, claim('a'));
    await store.release(SHARD, 'a', { ...progress, asked: { 'task-1': NOW_MS + 900 } });
    expect((await store.take(SHARD, claim('b'))).row).toEqual({ ...progress, asked: { 'task-1': NOW_MS + 900 } });
    await store.release(SHARD, 'b', progress);
    expect(await store.get(SHARD)).toEqual(progress);
  });

  test('keeps a promise that comes with the claim', async (store) => {
    await store.take(SHARD, { ...claim('a'), awakeUntilMs: NOW_MS + 5_500 });
    expect(await store.get(SHARD)).toMatchObject({ awakeUntilMs: NOW_MS + 5_500, lease: { id: 'a' } });
  });

  test('keeps each shard apart, and those of another number of shards', async (store) => {
    await store.take(SHARD, claim('a'));
    expect(await store.take({ segment: 1, totalSegments: 2 }, claim('b'))).toMatchObject({ isTaken: true });
    expect(await store.take({ segment: 0, totalSegments: 4 }, claim('c'))).toMatchObject({ isTaken: true });
  });
}
