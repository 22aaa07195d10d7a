import { describe, expect, it } from 'vitest';
import { type StartBackend, type Stores, useBackend } from './backend.ts';
import { aResult, aTask, NOW_MS } from './samples.ts';

/** What a task costs. Dynalite does not report the units of indexes, so there they are not part of the sum. */
export function describeWriteUnits(name: string, start: StartBackend, { reportsIndexes }: { reportsIndexes: boolean }) {
  describe(`Write units on ${name}`, () => {
    const stores = useBackend(start);

    it('a task seen waiting, processing and over costs 4 units, however often it was polled', async () => {
      const { pending, results, capacity } = await stores();
      await pending.register(aTask());
      for (let poll = 0; poll < 40; poll++)
        pending.noteHeard(aTask().taskId, { status: poll < 20 ? 'waiting' : 'processing' });
      await results.put(aResult());
      await pending.remove(aTask().taskId);
      expect(writtenUnits({ capacity })).toEqual({ table: 3, index: reportsIndexes ? 1 : 0 });
    });

    it('a delivery report does not touch the index', async () => {
      const { results, capacity } = await stores();
      await results.put(aResult());
      capacity.length = 0;
      await results.recordDelivery(aResult().taskId, {
        channel: 'webhook',
        status: 'delivered',
        at: 'now',
        attempts: 1,
      });
      expect(writtenUnits({ capacity })).toEqual({ table: 1, index: 0 });
    });

    it('a large result costs the index no more than a small one', async () => {
      const { results, capacity } = await stores();
      const success = Array.from({ length: 300 }, (_, i) => ({
        id: `${i}`,
        action: 'create',
        method: 'GET',
        path: `/${i}`,
      }));
      await results.put(aResult({ result: { kind: 'import', success, failure: [] }, completedAtMs: NOW_MS }));
      const { table, index } = writtenUnits({ capacity });
      expect(table).toBeGreaterThan(10);
      expect(index).toBe(reportsIndexes ? 1 : 0);
    });
  });
}

function writtenUnits({ capacity }: Pick<Stores, 'capacity'>): { table: number; index: number } {
  const units = { table: 0, index: 0 };
  for (const { used } of capacity) {
    const indexes = Object.values(used.GlobalSecondaryIndexes ?? {});
    units.table += used.Table?.CapacityUnits ?? 0;
    units.index += indexes.reduce((sum, index) => sum + (index.CapacityUnits ?? 0), 0);
  }
  return units;
}
