import { describe, expect, it } from 'vitest';
import { makeEvent, makeResult } from '../../generate/sample-events.ts';
import { MAX_RECEIVES, received, record, setUp as setUpSlack } from './slack/setup.ts';
import { type Answer, startSlackServer } from './slack/slack-server.ts';
import { startReceiver } from './webhook/receiver.ts';
import { receive, setUp as setUpWebhook } from './webhook/setup.ts';

const DAY_MS = 86_400_000;

/** What a receiver's answer leads to: given back to the queue or not, the note on the result, records in the dead letters. */
type Outcome = { givenBack: number; note: string | undefined; buried: number };
type Receive = 'first' | 'last';

const DELIVERED: Outcome = { givenBack: 0, note: 'delivered', buried: 0 };
const LATER: Outcome = { givenBack: 1, note: undefined, buried: 0 };
const lost = (note: 'failed' | 'gone', buried: 0 | 1): Outcome => ({ givenBack: 0, note, buried });

async function slack(answer: Answer, which: Receive): Promise<Outcome> {
  await using server = await startSlackServer();
  const { handle, table, buried } = setUpSlack(server);
  server.answerWith('ops', answer);
  const { length } = await handle(received(record('1', makeEvent()), which === 'last' ? MAX_RECEIVES : 1));
  expect(server.received).toHaveLength(1);
  return { givenBack: length, note: table.notes[0]?.deliveries[0]?.status, buried: buried.length };
}

async function webhook(answer: Answer, which: Receive): Promise<Outcome> {
  await using receiver = await startReceiver();
  const { handle, deliveries, buried, clock } = setUpWebhook([makeResult({ callbackUrl: receiver.url })]);
  receiver.answerWith(answer as Parameters<typeof receiver.answerWith>[0]);
  const firstAtMs = clock.now() - (which === 'last' ? DAY_MS : 0);
  const { length } = await handle(receive(record('1', makeEvent()), { firstAtMs }));
  expect(receiver.received).toHaveLength(1);
  return { givenBack: length, note: deliveries[0]?.status, buried: buried.length };
}

/** Answer, then what it leads to at each kind, at the first receive and at the last one. */
const TABLE: [string, Answer, Record<Receive, Outcome>, Record<Receive, Outcome>][] = [
  ['200', { status: 200 }, { first: DELIVERED, last: DELIVERED }, { first: DELIVERED, last: DELIVERED }],
  [
    '400',
    { status: 400, body: 'invalid_blocks' },
    { first: lost('failed', 1), last: lost('failed', 1) },
    { first: LATER, last: lost('failed', 0) },
  ],
  [
    '404',
    { status: 404, body: 'no_service' },
    { first: lost('gone', 1), last: lost('gone', 1) },
    { first: LATER, last: lost('failed', 0) },
  ],
  [
    '410',
    { status: 410 },
    { first: lost('gone', 1), last: lost('gone', 1) },
    { first: lost('gone', 0), last: lost('gone', 0) },
  ],
  [
    '429 for an hour',
    { status: 429, headers: { 'retry-after': '3600' } },
    { first: LATER, last: lost('failed', 1) },
    { first: LATER, last: lost('failed', 0) },
  ],
  ['503', { status: 503 }, { first: LATER, last: lost('failed', 1) }, { first: LATER, last: lost('failed', 0) }],
  ['a reset', 'reset', { first: LATER, last: lost('failed', 1) }, { first: LATER, last: lost('failed', 0) }],
];

describe.each(['first', 'last'] as const)('at the %s receive of a record', (which) => {
  it.each(TABLE)('%s has its end at each kind of channel', async (_, answer, atSlack, atWebhook) => {
    expect(await slack(answer, which)).toEqual(atSlack[which]);
    expect(await webhook(answer, which)).toEqual(atWebhook[which]);
  });
});
