import { type AttributeValue, DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { tableDefinitions } from '../../functions/stores/dynamo/tables.ts';
import { type DynamoStores, type StartBackend, useBackend } from './backend.ts';
import { aResult, aTask, NOW_MS } from './samples.ts';
import { meterWrites, reportedBy, totals } from './write-meter.ts';

/** What each write costs. The units of the index follow from DynamoDB's rule; a backend that reports them must agree. */
export function describeWriteUnits(
  name: string,
  start: StartBackend<DynamoStores>,
  { reportsIndexes }: { reportsIndexes: boolean },
) {
  describe(`Write units on ${name}`, () => {
    const stores = useBackend(start);

    async function setUp() {
      const { client, names, clock } = await stores();
      const { pending, results } = tableDefinitions(names);
      const meter = meterWrites(client, [pending, results]);
      return {
        ...meter,
        clock,
        resultsTable: names.results,
        pending: createDynamoPendingTaskStore({ client: meter.client, tableName: names.pending }),
        results: createDynamoTaskResultStore({ client: meter.client, tableName: names.results, clock }),
        units() {
          if (reportsIndexes) expect(reportedBy(meter.writes)).toEqual(meter.writes.map(({ index }) => index));
          return totals(meter.writes.splice(0));
        },
      };
    }

    it('a task seen waiting, processing and over costs 4 units, however often it was polled', async () => {
      const { pending, results, units } = await setUp();
      await pending.register(aTask());
      for (let poll = 0; poll < 40; poll++)
        pending.noteHeard(aTask().taskId, { status: poll < 20 ? 'waiting' : 'processing' });
      await results.put(aResult());
      await pending.remove(aTask().taskId);
      expect(units()).toEqual({ table: 3, index: 1 });
    });

    it('a delivery report does not touch the index', async () => {
      const { results, units } = await setUp();
      await results.put(aResult());
      units();
      const delivery = { channel: 'webhook', status: 'delivered', at: 'now', attempts: 1 } as const;
      await results.recordDeliveries(aResult().taskId, [delivery]);
      expect(units()).toEqual({ table: 1, index: 0 });
    });

    it('the ends at several channels, noted together, cost a unit for each KB of the row', async () => {
      const { results, units } = await setUp();
      const ends = ['ops', 'payments', 'webhook'].map(
        (channel) => ({ channel, status: 'delivered', at: 'now', attempts: 1 }) as const,
      );
      await results.put(aResult());
      units();
      await results.recordDeliveries(aResult().taskId, ends);
      expect(units()).toEqual({ table: 1, index: 0 });
      const success = Array.from({ length: 60 }, (_, i) => ({ id: `${i}`, path: `/${'x'.repeat(100)}` }));
      await results.put(aResult({ taskId: 'larger', result: { kind: 'import', success, failure: [] } }));
      const row = units().table;
      await results.recordDeliveries('larger', ends);
      expect(row).toBeGreaterThan(5);
      expect(units()).toEqual({ table: row, index: 0 });
    });

    it('a large result costs the index no more than a small one', async () => {
      const { results, units } = await setUp();
      const one = { action: 'create', method: 'GET' };
      const success = Array.from({ length: 300 }, (_, i) => ({ ...one, id: `${i}`, path: `/${i}` }));
      await results.put(aResult({ result: { kind: 'import', success, failure: [] }, completedAtMs: NOW_MS }));
      const { table, index } = units();
      expect(table).toBeGreaterThan(10);
      expect(index).toBe(1);
    });

    it('a result in the place of an expired one moves its entry, which costs the index two', async () => {
      const { results, units, clock } = await setUp();
      await results.put(aResult({ expiresAtS: NOW_MS / 1000 + 60 }));
      clock.nowMs += 60_000;
      units();
      await results.put(aResult({ completedAtMs: clock.nowMs + 1 }));
      expect(units()).toEqual({ table: 1, index: 2 });
    });

    it('taking a result back costs the table one unit and the index one', async () => {
      const { results, units } = await setUp();
      await results.put(aResult());
      units();
      await results.remove(aResult());
      expect(units()).toEqual({ table: 1, index: 1 });
    });

    it('a result that another one refuses costs the table one unit and the index none', async () => {
      const { results, units } = await setUp();
      await results.put(aResult());
      units();
      expect(await results.put(aResult({ outcome: 'failed' }))).toMatchObject({ kind: 'exists' });
      expect(units()).toEqual({ table: 1, index: 0 });
    });

    if (!reportsIndexes) return;
    it('the rule says what the backend reports, whatever is put, changed and deleted', async () => {
      const { client, writes, resultsTable } = await setUp();
      const check = async (changes: Change[]) => {
        await client.send(remove(resultsTable));
        writes.length = 0;
        for (const { write, item } of changes) await client.send(write(resultsTable, item) as PutItemCommand);
        const made = [...writes];
        expect(reportedBy(made)).toEqual(made.map(({ index }) => index));
      };
      await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 8 }), check), { numRuns: 60 });
    });
  });
}

type Item = Record<string, AttributeValue>;
type Change = {
  item: Item;
  write: (TableName: string, item: Item) => PutItemCommand | UpdateItemCommand | DeleteItemCommand;
};

const Key = { task_id: { S: 'one' } };
const text = fc.integer({ min: 0, max: 2_500 }).map((length) => ({ S: 'ü'.repeat(length) }));
const time = fc.constantFrom('2026-11-24T12:00:00.000Z', '2026-11-24T12:00:01.000Z');
/** Both keys of the index or none, as our rows have them; by the guide half a key is no entry, but DynamoDB Local charges for it. */
const indexKeys = fc.option(time.map((S): Item => ({ listing: { S: 'results' }, completed_at: { S } })));
/** Attributes inside and outside the projection, small and large. */
const others = fc.record(
  {
    label: text,
    polls: fc.integer().map((n) => ({ N: String(n) })),
    summary: fc.constant<AttributeValue>({ M: { created: { N: '3' }, list: { L: [{ BOOL: true }, { NULL: true }] } } }),
    result: text,
  },
  { requiredKeys: [] },
);
const item = fc.tuple(indexKeys, others).map(([keys, rest]) => ({ ...Key, ...keys, ...rest }) as Item);
const put = (TableName: string, Item: Item) => new PutItemCommand({ TableName, Item });
const remove = (TableName: string) => new DeleteItemCommand({ TableName, Key });
const setLabel = (TableName: string, { label = { S: '' } }: Item) =>
  new UpdateItemCommand({
    ...{ TableName, Key, UpdateExpression: 'SET label = :label' },
    ExpressionAttributeValues: { ':label': label },
  });
const change: fc.Arbitrary<Change> = fc.record({ item, write: fc.constantFrom(put, put, setLabel, remove) });
