import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../functions/tasks/result.ts';
import { type StartBackend, useBackend } from './backend.ts';
import { aResult } from './samples.ts';

const { taskId } = aResult();
const delivery: Delivery = { channel: 'webhook', status: 'failed', at: '2026-11-24T12:00:00.000Z', attempts: 1 };

/** How a store notes deliveries. Dynalite compares no maps, so a note that is repeated there is there twice. */
export function describeDeliveries(name: string, start: StartBackend, { comparesMaps }: { comparesMaps: boolean }) {
  describe(`recordDeliveries on ${name}`, () => {
    const stores = useBackend(start);
    const setUp = async () => {
      const made = await stores();
      await made.results.put(aResult());
      const { recordDeliveries } = made.results;
      return { ...made, recordDeliveries, deliveries: async () => (await made.results.get(taskId))?.deliveries };
    };

    it('appends several in one go, as they are', async () => {
      const { recordDeliveries, deliveries } = await setUp();
      const all: Delivery[] = [
        { ...delivery, reason: 'HTTP 404 no_service', http_status: 404 },
        { ...delivery, channel: 'ops', status: 'gone' },
      ];
      await recordDeliveries(taskId, all);
      await recordDeliveries(taskId, [delivery]);
      expect(await deliveries()).toEqual([...all, delivery]);
    });

    it('keeps the last 20', async () => {
      const { recordDeliveries, deliveries } = await setUp();
      for (let attempts = 1; attempts <= 23; attempts++) await recordDeliveries(taskId, [{ ...delivery, attempts }]);
      expect(await deliveries()).toEqual(Array.from({ length: 20 }, (_, i) => ({ ...delivery, attempts: i + 4 })));
    });

    it('loses none when several are noted at once', async () => {
      const { recordDeliveries, deliveries } = await setUp();
      const all = Array.from({ length: 12 }, (_, i) => ({ ...delivery, channel: `channel-${i}` }));
      await Promise.all(all.map((one) => recordDeliveries(taskId, [one])));
      const channels = (await deliveries())?.map(({ channel }) => channel);
      expect(channels?.sort()).toEqual(all.map(({ channel }) => channel).sort());
    });

    it('does not invent a row', async () => {
      const { recordDeliveries, results } = await setUp();
      await recordDeliveries('gone', [delivery]);
      expect(await results.get('gone')).toBeUndefined();
    });

    if (comparesMaps) {
      it('appends nothing twice when it is repeated because its answer was lost', async () => {
        const { recordDeliveries, deliveries } = await setUp();
        await recordDeliveries(taskId, [{ ...delivery, channel: 'ops' }, delivery]);
        await recordDeliveries(taskId, [{ ...delivery, channel: 'ops' }, delivery]);
        await recordDeliveries(taskId, [{ ...delivery, attempts: 2 }]);
        expect(await deliveries()).toHaveLength(3);
      });
    }
  });
}
