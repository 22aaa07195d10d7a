import { expect, it } from 'vitest';
import type { Channel } from '../../../functions/channels/channel.ts';
import { createRetryPolicy, WEBHOOKS } from '../../../functions/channels/queues.ts';
import { createWorker } from '../../../functions/channels/worker.ts';
import { toTaskEvent } from '../../../functions/messages/task-event.ts';
import { makeEvent, makeResult } from '../../../generate/sample-events.ts';
import { createFakeClock, createMetricSums, silentLog } from '../../support/fixtures.ts';
import { record } from '../slack/setup.ts';
import { startReceiver } from './receiver.ts';
import { receive, setUp } from './setup.ts';

it.each([
  [60_000, 15_000],
  [12_000, 7_000],
])('a post may take 15 s, and with %i ms left no more than the invocation can wait', async (leftMs, expectedMs) => {
  const timeouts: number[] = [];
  const channel: Channel = {
    ...{ kind: 'webhook', name: 'webhook', title: 'Webhook' },
    render: (items) => items.map((item) => ({ message: {}, items: [item] })),
    async post(_, timeoutMs) {
      timeouts.push(timeoutMs);
      return { kind: 'delivered', httpStatus: 204 };
    },
  };
  const worker = createWorker({
    ...{ queue: WEBHOOKS, retry: createRetryPolicy(() => 0.5), clock: createFakeClock(), log: silentLog },
    router: async () => ({ route: async () => ({ kind: 'to', destinations: [{ channel }] }) }),
    results: { get: async () => undefined, recordDeliveries: async () => {} },
    deadLetters: { send: async () => {} },
    delay: async () => {},
    metrics: createMetricSums(),
  });
  await worker({ Records: [record('1', makeEvent())] }, { getRemainingTimeInMillis: () => leftMs });
  expect(timeouts).toEqual([expectedMs]);
});

it('a receiver that does not answer holds up no other, and is left alone for half a minute', async () => {
  await using slow = await startReceiver();
  await using quick = await startReceiver();
  const results = [slow, quick].map(({ url }, n) => makeResult({ taskId: `task-${n}`, callbackUrl: url }));
  const [toSlow, toQuick] = results.map((result, n) =>
    receive(record(`${n}`, toTaskEvent(result)), { firstAtMs: Date.now() }),
  );
  if (!toSlow || !toQuick) throw new Error('there are two records');
  const { handle, clock, time, deliveries, lines } = setUp(results);

  slow.answerWith('never');
  time.leftMs = 5_100;
  expect(await handle(toSlow, toQuick)).toEqual(['0']);
  expect(deliveries).toMatchObject([{ taskId: 'task-1', status: 'delivered' }]);
  expect(lines.at(-1)?.text).toContain('timed out');

  time.leftMs = 60_000;
  expect(await handle(toSlow, toQuick)).toEqual(['0']);
  expect(slow.received).toHaveLength(1);
  expect(lines.some(({ text }) => text.includes('the receiver did not answer a moment ago'))).toBe(true);

  clock.advance(30_000);
  expect(await handle(toSlow)).toEqual([]);
  expect(slow.received).toHaveLength(2);
});
