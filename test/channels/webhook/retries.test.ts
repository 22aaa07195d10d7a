import { describe, expect, it } from 'vitest';
import { RETRY_FOR_MS } from '../../../functions/channels/queues.ts';
import { toTaskEvent } from '../../../functions/messages/task-event.ts';
import { makeResult } from '../../../generate/sample-events.ts';
import { record } from '../slack/setup.ts';
import { startReceiver } from './receiver.ts';
import { receive, setUp } from './setup.ts';

const DAY_MS = RETRY_FOR_MS;

async function withReceiver() {
  const receiver = await startReceiver();
  const result = makeResult({ callbackUrl: receiver.url });
  return { ...setUp([result]), receiver, sent: record('1', toTaskEvent(result)) };
}

describe('a webhook that does not take an event', () => {
  it('gets it again later, and nothing is recorded before that', async () => {
    const { receiver, handle, clock, sent, delays, deliveries, metrics } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 500 }, { status: 404 }, { status: 200 });
    const firstAtMs = clock.now();
    expect(await handle(receive(sent, { count: 1, firstAtMs }))).toEqual(['1']);
    expect(await handle(receive(sent, { count: 2, firstAtMs }))).toEqual(['1']);
    expect(delays).toEqual([
      { receiptHandle: 'r', delayMs: 5_000 },
      { receiptHandle: 'r', delayMs: 30_000 },
    ]);
    expect(deliveries).toEqual([]);
    expect(await handle(receive(sent, { count: 3, firstAtMs }))).toEqual([]);
    expect(deliveries).toMatchObject([{ status: 'delivered', attempts: 3, http_status: 200 }]);
    expect(metrics.sums).toEqual({ WebhookRetries: 2, WebhookDelivered: 1 });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('is signed anew at each attempt, for its time', async () => {
    const { receiver, handle, clock, sent } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 500 });
    await handle(sent);
    clock.advance(30_000);
    await handle(sent);
    const [first, second] = receiver.received.map(({ headers }) => headers);
    expect(Number(second?.['webhook-timestamp']) - Number(first?.['webhook-timestamp'])).toBe(30);
    expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature']);
  });

  it('is left alone for as long as it asks', async () => {
    const { receiver, handle, sent, delays } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 429, headers: { 'retry-after': '7200' } });
    expect(await handle(sent)).toEqual(['1']);
    expect(delays).toEqual([{ receiptHandle: 'r', delayMs: 7_200_000 }]);
  });

  it('is given up a day after the first attempt, and that is recorded once', async () => {
    const { receiver, handle, clock, sent, deliveries, delays, metrics } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 503 }, { status: 503 });
    const firstAtMs = clock.now();
    clock.advance(DAY_MS - 3_600_000);
    expect(await handle(receive(sent, { count: 14, firstAtMs }))).toEqual(['1']);
    expect(delays).toEqual([{ receiptHandle: 'r', delayMs: 3_600_000 }]);
    clock.advance(3_600_000);
    expect(await handle(receive(sent, { count: 15, firstAtMs }))).toEqual([]);
    expect(deliveries).toMatchObject([
      { status: 'failed', attempts: 15, http_status: 503, reason: 'gave up: HTTP 503' },
    ]);
    expect(metrics.sums).toEqual({ WebhookRetries: 1, WebhookFailed: 1 });
  });

  it('has its own day at a replay, however old the event is', async () => {
    const { receiver, handle, clock, sent } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 503 });
    clock.advance(30 * DAY_MS);
    expect(await handle(receive(sent, { firstAtMs: clock.now() }))).toEqual(['1']);
  });

  it.each([
    [410, { status: 'gone', attempts: 1, http_status: 410, reason: 'HTTP 410' }],
    [301, { status: 'failed', attempts: 1, http_status: 301, reason: 'HTTP 301: no redirects' }],
  ])('with %i is not asked again', async (status, expected) => {
    const { receiver, handle, sent, deliveries, delays } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status });
    expect(await handle(sent)).toEqual([]);
    expect(deliveries).toMatchObject([expected]);
    expect(delays).toEqual([]);
  });

  it('is not posted to where it leads to the metadata service', async () => {
    const result = makeResult({ callbackUrl: 'https://169.254.169.254/latest/meta-data' });
    const { handle, deliveries } = setUp([result]);
    expect(await handle(record('1', toTaskEvent(result)))).toEqual([]);
    const reason = 'the host leads to an address that is not public';
    expect(deliveries).toMatchObject([{ channel: 'webhook', status: 'failed', attempts: 1, reason }]);
  });

  it('does not hold up its neighbours', async () => {
    const { receiver, handle, sent } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 500 }, { status: 200 }, { status: 200 });
    const records = ['1', '2', '3'].map((messageId) => ({ ...sent, messageId }));
    expect(await handle(...records)).toHaveLength(1);
    expect(receiver.received).toHaveLength(3);
  });
});

describe('trouble of our own', () => {
  it.each(['get', 'keys'] as const)('with %s postpones a record, and after a day buries it', async (part) => {
    const { receiver, handle, clock, sent, broken, delays, buried, deliveries } = await withReceiver();
    await using _ = receiver;
    broken[part] = true;
    const firstAtMs = clock.now();
    expect(await handle(receive(sent, { firstAtMs }))).toEqual(['1']);
    expect(delays).toEqual([{ receiptHandle: 'r', delayMs: 5_000 }]);
    clock.advance(DAY_MS);
    expect(await handle(receive(sent, { count: 15, firstAtMs }))).toEqual([]);
    expect(buried).toMatchObject([{ body: sent.body, reason: 'a table or secret is unavailable' }]);
    expect([receiver.received, deliveries]).toEqual([[], []]);
  });

  it('with recording does not send an event again that has arrived', async () => {
    const { receiver, handle, sent, broken, lines } = await withReceiver();
    await using _ = receiver;
    broken.record = true;
    expect(await handle(sent)).toEqual([]);
    expect(lines.at(-1)?.text).toContain('webhook deliveries not recorded');
  });

  it('with recording brings a failure again, so that it is recorded later', async () => {
    const { receiver, handle, sent, broken, deliveries } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 410 }, { status: 410 });
    broken.record = true;
    expect(await handle(sent)).toEqual(['1']);
    broken.record = false;
    expect(await handle(sent)).toEqual([]);
    expect(deliveries).toMatchObject([{ status: 'gone' }]);
  });

  it('with the queues still gives the records back', async () => {
    const { receiver, handle, sent, broken } = await withReceiver();
    await using _ = receiver;
    receiver.answerWith({ status: 500 });
    broken.queue = true;
    broken.deadLetters = true;
    expect((await handle(sent, record('2', 'not json'))).toSorted()).toEqual(['1', '2']);
  });
});
