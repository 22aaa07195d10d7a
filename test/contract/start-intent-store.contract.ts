import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoStartIntentStore, startIntentsDefinition } from '../../functions/stores/dynamo/start-intents.ts';
import { ensureTable } from '../../functions/stores/dynamo/tables.ts';
import { UnreadableStartError } from '../../functions/tasks/errors.ts';
import type { StartIntent, StartIntentStore } from '../../functions/tasks/start.ts';
import type { DynamoBackend } from './backend.ts';
import { NOW_MS } from './samples.ts';

export type IntentStores = {
  intents: StartIntentStore;
  /** A second process, as it were: the same rows, nothing remembered. */
  other: StartIntentStore;
  clock: { nowMs: number };
  /** Spoils the row of a key; undefined where nothing can. */
  spoil?: (key: string) => Promise<void>;
};

const HOUR_MS = 3_600_000;
const LOST = { code: 'TIMEOUT', message: 'no answer', requestId: 'r1', httpStatus: 504 };

/** An import's intent, with everything that one may hold. */
export function anIntent(nowMs: number, more: Partial<StartIntent> = {}): StartIntent {
  return {
    key: 'k1',
    fingerprint: 'f1',
    order: {
      type: 'import_api',
      fields: { is_create_group: 'true', api_mode: 'override' },
      file: { name: 'ümlaut, v1.json', size_bytes: 12, sha256: 'ab' },
      title: 'orders',
    },
    task: {
      ...{ instanceId: 'i1', projectId: 'p1', profile: 'default', label: 'nightly' },
      ...{ callbackUrl: 'https://example.com/hook', registeredAtMs: nowMs, deadlineAtMs: nowMs + HOUR_MS },
    },
    state: { kind: 'calling', untilMs: nowMs + 60_000 },
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 24 * HOUR_MS,
    version: 1,
    ...more,
  };
}

const exported: Partial<StartIntent> = {
  key: 'k2',
  order: { type: 'export_api', fields: { group_id: 'g', env_id: 'e', apis: ['a', 'b'], oas_version: '3.0' } },
};

/** What every `StartIntentStore` does. `start` gives an empty one. */
export function describeStartIntentStore(name: string, start: () => Promise<IntentStores>): void {
  describe(`StartIntentStore on ${name}`, () => {
    it('gives an intent back as it was claimed', async () => {
      const { intents, other, clock } = await start();
      for (const intent of [anIntent(clock.nowMs), anIntent(clock.nowMs, exported)]) {
        expect(await intents.claim(intent)).toEqual({ kind: 'claimed' });
        expect(await other.get(intent.key)).toEqual(intent);
      }
      expect(await intents.get('k3')).toBeUndefined();
    });

    it('lets one of many claims of a key win, and shows it to the others', async () => {
      const { intents, other, clock } = await start();
      const claims = Array.from({ length: 8 }, (_, i) =>
        (i % 2 ? intents : other).claim(anIntent(clock.nowMs, { fingerprint: `f${i}` })),
      );
      const answers = await Promise.all(claims);
      const winner = answers.findIndex(({ kind }) => kind === 'claimed');
      const shown = answers.flatMap((answer) => (answer.kind === 'exists' ? [answer.intent.fingerprint] : []));
      expect(shown).toEqual(Array(7).fill(`f${winner}`));
    });

    it('replaces and removes only the version that it was read as', async () => {
      const { intents, other, clock } = await start();
      const first = anIntent(clock.nowMs);
      await intents.claim(first);
      const second: StartIntent = { ...first, state: { kind: 'started', taskId: 't1' }, version: 2 };
      expect(await intents.replace(second)).toBe(true);
      expect(await other.replace({ ...first, state: { kind: 'watched', taskId: 't2' }, version: 2 })).toBe(false);
      expect(await other.remove(first)).toBe(false);
      expect(await other.get('k1')).toEqual(second);
      expect(await other.remove(second)).toBe(true);
      expect(await intents.get('k1')).toBeUndefined();
      expect(await intents.replace({ ...second, version: 3 })).toBe(false);
    });

    it('keeps every state, and lists those that are open', async () => {
      const { intents, clock } = await start();
      const states: StartIntent['state'][] = [
        { kind: 'calling', untilMs: clock.nowMs },
        { kind: 'started', taskId: 't1' },
        { kind: 'watched', taskId: 't2' },
        { kind: 'unknown', error: LOST, isSearched: false },
        { kind: 'unknown', error: LOST, isSearched: true, groupId: 'g1' },
      ];
      for (const [i, state] of states.entries()) {
        await intents.claim(anIntent(clock.nowMs, { key: `k${i}` }));
        await intents.replace(anIntent(clock.nowMs, { key: `k${i}`, state, version: 2 }));
        expect((await intents.get(`k${i}`))?.state).toEqual(state);
      }
      expect((await intents.listOpen(10)).map(({ key }) => key).sort()).toEqual(['k0', 'k1', 'k3']);
      expect(await intents.listOpen(2)).toHaveLength(2);
    });

    it('takes an intent whose time is over as gone', async () => {
      const { intents, other, clock } = await start();
      await intents.claim(anIntent(clock.nowMs));
      clock.nowMs += 24 * HOUR_MS;
      expect(await other.get('k1')).toBeUndefined();
      expect(await other.listOpen(10)).toEqual([]);
      const next = anIntent(clock.nowMs, { fingerprint: 'f2' });
      expect(await other.claim(next)).toEqual({ kind: 'claimed' });
      expect(await intents.get('k1')).toEqual(next);
    });

    it('refuses to answer with an intent that cannot be read, and lists the others', async () => {
      const { intents, other, clock, spoil } = await start();
      if (spoil === undefined) return;
      for (const key of ['k1', 'k2']) await intents.claim(anIntent(clock.nowMs, { key }));
      await spoil('k1');
      await expect(other.claim(anIntent(clock.nowMs))).rejects.toThrow(UnreadableStartError);
      await expect(other.get('k1')).rejects.toThrow(UnreadableStartError);
      expect((await intents.listOpen(10)).map(({ key }) => key)).toEqual(['k2']);
      clock.nowMs += 24 * HOUR_MS;
      expect(await other.claim(anIntent(clock.nowMs))).toEqual({ kind: 'claimed' });
    });

    it('takes any key of the header', async () => {
      const { intents, clock } = await start();
      const key = `"${'k'.repeat(200)}" \\ ' #/ü`;
      await intents.claim(anIntent(clock.nowMs, { key }));
      expect((await intents.get(key))?.key).toBe(key);
    });
  });
}

let made = 0;

/** The suite on something that speaks DynamoDB, with a fresh table for each test. */
export function describeDynamoStartIntents(name: string, start: () => Promise<DynamoBackend>): void {
  let backend: DynamoBackend | undefined;
  beforeAll(async () => {
    backend = await start();
  }, 60_000);
  afterAll(() => backend?.close());
  describeStartIntentStore(name, async () => {
    if (backend === undefined) throw new Error('The backend has not been started');
    made += 1;
    const { client } = backend;
    const tableName = `StartIntents${made}`;
    await ensureTable(client, startIntentsDefinition(tableName));
    const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
    const [intents, other] = [0, 1].map(() => createDynamoStartIntentStore({ client, tableName, clock }));
    if (!intents || !other) throw new Error('There are two stores');
    const spoil = async (key: string) => {
      const values = { ':odd': { S: '{}' } };
      const change = { UpdateExpression: 'SET intent = :odd', ExpressionAttributeValues: values };
      await client.send(new UpdateItemCommand({ TableName: tableName, Key: { start_key: { S: key } }, ...change }));
    };
    return { intents, other, clock, spoil };
  });
}
