import { expect, it } from 'vitest';
import type { Channel } from '../../functions/channels/channel.ts';
import { createRetryPolicy, NAMED_CHANNELS } from '../../functions/channels/queues.ts';
import { createWorker } from '../../functions/channels/worker.ts';
import type { Delivery } from '../../functions/tasks/result.ts';
import { makeEvent, makeResult } from '../../generate/sample-events.ts';
import { createFakeClock, createMetricSums, silentLog } from '../support/fixtures.ts';
import { record } from './slack/setup.ts';

const { completedAtMs } = makeResult();
const FIRST_MS = completedAtMs + 1_000;

/** Who gets a record for `ops` and `team` at its n-th receive, when the result has these notes. */
async function reached(
  receives: number,
  notes: { completedAtMs: number; deliveries: Delivery[] },
  channels = ['ops', 'team'],
) {
  const posted: string[] = [];
  const reads: string[] = [];
  const open = (name: string): Channel => ({
    ...{ kind: 'slack', name, title: name },
    render: (items) => [{ message: {}, items }],
    async post() {
      posted.push(name);
      return { kind: 'delivered', httpStatus: 200 };
    },
  });
  const worker = createWorker({
    ...{ queue: NAMED_CHANNELS, retry: createRetryPolicy(() => 0.5), clock: createFakeClock(), log: silentLog },
    router: async () => ({
      route: async () => ({ kind: 'to', destinations: channels.map((name) => ({ channel: open(name) })) }),
    }),
    results: {
      async get(taskId) {
        reads.push(taskId);
        return notes;
      },
      recordDeliveries: async () => {},
    },
    deadLetters: { send: async () => {} },
    delay: async () => {},
    metrics: createMetricSums(),
  });
  const sent = record('1', makeEvent());
  const attributes = {
    ...sent.attributes,
    ApproximateReceiveCount: `${receives}`,
    ApproximateFirstReceiveTimestamp: `${FIRST_MS}`,
  };
  await worker({ Records: [{ ...sent, attributes }] }, { getRemainingTimeInMillis: () => 60_000 });
  return { posted, reads: reads.length };
}

const note = (atMs: number, status: Delivery['status'] = 'delivered'): Delivery[] => [
  { channel: 'ops', status, at: new Date(atMs).toISOString(), attempts: 1 },
];

it.each([
  ['that had it at an earlier attempt', note(FIRST_MS), ['team']],
  ['whose dead letter it is already', note(FIRST_MS + 60_000, 'failed'), ['team']],
  ['that had it before this record: it is a replay', note(FIRST_MS - 1), ['ops', 'team']],
])('a record that comes again, and a channel %s', async (_, deliveries, posted) => {
  expect(await reached(2, { completedAtMs, deliveries })).toEqual({ posted, reads: 1 });
});

it('notes of another end of the task say nothing about this one', async () => {
  const other = { completedAtMs: completedAtMs + 60_000, deliveries: note(FIRST_MS + 61_000) };
  expect((await reached(2, other)).posted).toEqual(['ops', 'team']);
});

it('the result is not read at the first receive, nor for one channel alone', async () => {
  const notes = { completedAtMs, deliveries: note(FIRST_MS) };
  expect(await reached(1, notes)).toEqual({ posted: ['ops', 'team'], reads: 0 });
  expect(await reached(2, notes, ['ops'])).toEqual({ posted: ['ops'], reads: 0 });
});
