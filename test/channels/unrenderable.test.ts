import { expect, it } from 'vitest';
import type { Channel } from '../../functions/channels/channel.ts';
import { createRetryPolicy, NAMED_CHANNELS } from '../../functions/channels/queues.ts';
import { createWorker } from '../../functions/channels/worker.ts';
import type { Delivery } from '../../functions/tasks/result.ts';
import { makeEvent } from '../../generate/sample-events.ts';
import { createFakeClock, createMetricSums, silentLog } from '../support/fixtures.ts';
import { record } from './slack/setup.ts';

it('delivers the neighbours of an item that cannot be rendered, and buries that', async () => {
  const posted: unknown[] = [];
  const buried: string[] = [];
  const notes: Delivery[] = [];
  const channel: Channel = {
    ...{ kind: 'slack', name: 'ops', title: 'Slack channel ops' },
    render(items) {
      const ids = items.map(({ event }) => event.data.task_id);
      if (ids.includes('bad')) throw new RangeError('Maximum call stack size exceeded');
      return [{ message: ids, items }];
    },
    async post(message) {
      posted.push(message);
      return { kind: 'delivered', httpStatus: 200 };
    },
  };
  const worker = createWorker({
    ...{ queue: NAMED_CHANNELS, retry: createRetryPolicy(() => 0.5), clock: createFakeClock(), log: silentLog },
    router: async () => ({ route: async () => ({ kind: 'to', destinations: [{ channel }] }) }),
    results: { get: async () => undefined, recordDeliveries: async (_, deliveries) => void notes.push(...deliveries) },
    deadLetters: { send: async (_, reason) => void buried.push(reason) },
    delay: async () => {},
    metrics: createMetricSums(),
  });
  const events = ['a', 'bad', 'c'].map((task_id) => {
    const event = makeEvent();
    return record(task_id, { ...event, data: { ...event.data, task_id } });
  });
  const { batchItemFailures } = await worker({ Records: events }, { getRemainingTimeInMillis: () => 60_000 });
  expect(batchItemFailures).toEqual([]);
  expect(posted).toEqual([['a'], ['c']]);
  expect(buried).toEqual(['the message cannot be rendered']);
  expect(notes.map(({ status }) => status).toSorted()).toEqual(['delivered', 'delivered', 'failed']);
});
