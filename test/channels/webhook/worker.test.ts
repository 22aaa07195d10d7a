import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { toTaskEvent } from '../../../functions/messages/task-event.ts';
import { makeResult } from '../../../generate/sample-events.ts';
import { record } from '../slack/setup.ts';
import { startReceiver } from './receiver.ts';
import { OLD_SECRET, SECRET, setUp } from './setup.ts';

const LABEL = 'Bestände – 庫存 😀';

function registered(callbackUrl: string, changes: Parameters<typeof makeResult>[0] = {}) {
  const result = makeResult({ label: LABEL, callbackUrl, ...changes });
  return { result, event: toTaskEvent(result) };
}

describe('deliver-webhook', () => {
  it('posts the event byte for byte, signed so that the reference library accepts it', async () => {
    await using receiver = await startReceiver();
    const { result, event } = registered(receiver.url);
    const { handle } = setUp([result]);
    const body = JSON.stringify(event, null, 1);
    expect(await handle(record('1', body, { callback: 'true' }))).toEqual([]);
    const [received] = receiver.received;
    expect(received?.body).toBe(body);
    expect(received?.headers).toMatchObject({
      'webhook-id': `${result.taskId}:succeeded`,
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      'content-type': 'application/cloudevents+json',
      'user-agent': 'apig-task-notifier',
    });
    expect(new Webhook(SECRET).verify(body, received?.headers as Record<string, string>)).toEqual(event);
  });

  it('records the delivery on the result', async () => {
    await using receiver = await startReceiver();
    const { result, event } = registered(receiver.url);
    const { handle, deliveries, clock, metrics } = setUp([result]);
    await handle(record('1', event));
    const at = new Date(clock.now()).toISOString();
    const delivery = { channel: 'webhook', status: 'delivered', at, attempts: 1, http_status: 204 };
    expect(deliveries).toEqual([{ taskId: result.taskId, ...delivery }]);
    expect(metrics.sums).toEqual({ WebhookDelivered: 1 });
  });

  it('signs with both secrets while one is being rotated', async () => {
    await using receiver = await startReceiver();
    const { result, event } = registered(receiver.url, { profile: 'rotating' });
    const { handle } = setUp([result]);
    await handle(record('1', event));
    const [{ headers, body } = expect.fail('nothing came')] = receiver.received;
    for (const secret of [SECRET, OLD_SECRET])
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event);
  });

  it.each([
    ['silent', 'the profile has no webhook_secrets to sign with'],
    ['unheard-of', 'the profile has no webhook_secrets to sign with'],
    ['broken', 'webhook_secrets[0] is not whsec_ and base64 of 24 bytes'],
  ])('sends nothing unsigned: profile %s fails for good, and an operator can see why', async (profile, reason) => {
    await using receiver = await startReceiver();
    const { result, event } = registered(receiver.url, { profile });
    const { handle, deliveries, metrics, lines } = setUp([result]);
    expect(await handle(record('1', event))).toEqual([]);
    expect(receiver.received).toEqual([]);
    expect(deliveries).toMatchObject([{ status: 'failed', attempts: 1, reason }]);
    expect(metrics.sums).toEqual({ WebhookUnsigned: 1, WebhookFailed: 1 });
    expect(lines).toEqual([{ level: 'error', text: expect.stringContaining(reason) }]);
  });

  it('delivers a replay that names the webhook, and passes over one for another channel', async () => {
    await using receiver = await startReceiver();
    const { result, event } = registered(receiver.url);
    const { handle, deliveries } = setUp([result]);
    const again = [record('1', event, { channel: 'webhook' }), record('2', event, { channel: 'payments' })];
    expect(await handle(...again)).toEqual([]);
    expect(receiver.received).toHaveLength(1);
    expect(deliveries).toHaveLength(1);
  });

  it('has nothing to do for a result that is gone or has no callback', async () => {
    const result = makeResult();
    const { handle, deliveries, lines } = setUp([result]);
    const gone = makeResult({ taskId: 'gone' });
    expect(await handle(record('1', toTaskEvent(result)), record('2', toTaskEvent(gone)))).toEqual([]);
    expect(deliveries).toEqual([]);
    expect(lines.map(({ level }) => level)).toEqual(['info', 'info']);
  });

  it('buries what it cannot read, with its attributes, and delivers its neighbours', async () => {
    await using receiver = await startReceiver();
    const { result, event } = registered(receiver.url);
    const { handle, buried, metrics } = setUp([result]);
    const records = [
      record('1', 'not json', { callback: 'true' }),
      record('2', event),
      record('3', JSON.stringify({ ...event, id: 'a\r\nb', data: { ...event.data, task_id: '' } })),
      record('4', '[]'),
    ];
    expect(await handle(...records)).toEqual([]);
    expect(receiver.received).toHaveLength(1);
    expect(buried).toEqual([
      { body: 'not json', attributes: { callback: 'true' }, reason: 'the body is not a JSON object' },
      { body: records[2]?.body, attributes: {}, reason: 'not a task event: id, data.task_id' },
      { body: '[]', attributes: {}, reason: 'the body is not a JSON object' },
    ]);
    expect(metrics.sums).toEqual({ WebhookDelivered: 1, WebhookDeadLettered: 3 });
  });

  it('writes the host into its log, and neither path nor query nor secret', async () => {
    await using receiver = await startReceiver();
    receiver.answerWith({ status: 200 }, { status: 503 }, { status: 410 }, 'reset');
    const { result, event } = registered(receiver.url);
    const { handle, lines, deliveries } = setUp([result]);
    for (const id of ['1', '2', '3', '4']) await handle(record(id, event));
    const written = JSON.stringify([lines, deliveries]);
    expect(lines).toHaveLength(4);
    expect(written).toContain(`127.0.0.1:${receiver.port}`);
    for (const secret of ['path-token', 'query-token', SECRET, SECRET.slice('whsec_'.length)])
      expect(written).not.toContain(secret);
  });
});
