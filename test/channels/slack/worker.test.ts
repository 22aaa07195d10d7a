import { describe, expect, it } from 'vitest';
import { NAMED_CHANNELS } from '../../../functions/channels/queues.ts';
import { createWorker } from '../../../functions/channels/worker.ts';
import { FAILED, makeBatch, makeEvent } from '../../../generate/sample-events.ts';
import { silentLog } from '../../support/fixtures.ts';
import { enveloped, record, setUp } from './setup.ts';
import { startSlackServer } from './slack-server.ts';

const failed = makeEvent(FAILED);

describe('notify-channels', () => {
  it('posts an event, bare or in the envelope of SNS', async () => {
    await using server = await startSlackServer();
    const { handle, metrics } = setUp(server);
    expect(await handle(record('1', failed), enveloped('2', makeEvent()))).toEqual([]);
    expect(server.received.map(({ body }) => body.text)).toEqual([
      'APIG import failed – billing-prod',
      'APIG import succeeded: 12 created, 3 updated (group 9100ae30…) – orders-prod',
    ]);
    expect(metrics.sums).toEqual({ ChannelsDelivered: 2 });
  });

  it('posts to the channels that the rules name', async () => {
    await using server = await startSlackServer();
    const rules = [{ when: { label: 'billing-*' }, channels: ['payments', 'ops'], mention: '<!here>' }];
    const { handle } = setUp(server, { rules });
    expect(await handle(record('1', failed))).toEqual([]);
    expect(server.received.map(({ path }) => path.split('-')[1]).toSorted()).toEqual(['ops', 'payments']);
    expect(JSON.stringify(server.received[0]?.body.blocks)).toContain('<!here>');
  });

  it('makes one digest of a storm, and posts a few events at the pace of Slack', async () => {
    await using server = await startSlackServer();
    const { handle, clock } = setUp(server);
    const records = makeBatch().map((event, index) => record(`${index}`, event));
    expect(await handle(...records)).toEqual([]);
    expect(server.received.map(({ body }) => body.text)).toEqual([
      '❌ 8 APIG tasks ended: 1 failed, 1 partially succeeded, 1 expired, 5 succeeded',
    ]);
    expect(clock.slept).toEqual([]);
    await handle(...records.slice(0, 3).map((one) => ({ ...one, messageId: `again-${one.messageId}` })));
    expect(server.received).toHaveLength(4);
    expect(clock.slept).toEqual([1_000, 1_000]);
  });

  it('sends a replay to the one channel that it names', async () => {
    await using server = await startSlackServer();
    const { handle } = setUp(server);
    await handle(record('1', failed, { channel: 'payments' }), enveloped('2', failed, { channel: 'payments' }));
    expect(server.received.map(({ path }) => path.split('-')[1])).toEqual(['payments', 'payments']);
  });

  it('sends nothing where a rule says so', async () => {
    await using server = await startSlackServer();
    const { handle, lines } = setUp(server, { rules: [{ when: {}, channels: [] }] });
    expect(await handle(record('1', failed))).toEqual([]);
    expect(server.received).toEqual([]);
    expect(lines.join()).toContain('channels record has no channel');
  });

  it('buries what it cannot read, and delivers its neighbours', async () => {
    await using server = await startSlackServer();
    const { handle, buried, alerts } = setUp(server);
    const strange = { ...failed, data: { ...failed.data, outcome: 'great', task_id: 7 } };
    const records = [
      record('1', 'not json'),
      record('2', JSON.stringify(strange)),
      record('3', failed),
      record('4', '[]'),
    ];
    expect(await handle(...records)).toEqual([]);
    expect(server.received).toHaveLength(1);
    expect(buried.map(({ body, reason }) => [body.slice(0, 8), reason])).toEqual([
      ['not json', 'the body is not a JSON object'],
      ['{"specve', 'not a task event: data.task_id, data.outcome'],
      ['[]', 'the body is not a JSON object'],
    ]);
    expect(alerts).toEqual([]);
  });

  it('buries a replay for a channel that the secret does not have', async () => {
    await using server = await startSlackServer();
    const { handle, buried } = setUp(server);
    expect(await handle(record('1', failed, { channel: '__proto__' }))).toEqual([]);
    expect(buried).toMatchObject([{ reason: 'it names a channel that the channels secret does not have' }]);
  });

  it('leaves a replay for the webhooks of one’s own to those', async () => {
    await using server = await startSlackServer();
    const { handle, buried } = setUp(server);
    expect(await handle(record('1', failed, { channel: 'webhook' }))).toEqual([]);
    expect([server.received, buried]).toEqual([[], []]);
  });

  it('takes fields that it does not know', async () => {
    await using server = await startSlackServer();
    const { handle, buried } = setUp(server);
    await handle(record('1', JSON.stringify({ ...failed, traceparent: 'x', data: { ...failed.data, tags: [1] } })));
    expect(server.received).toHaveLength(1);
    expect(buried).toEqual([]);
  });

  it('gives the whole batch back when the secret cannot be read', async () => {
    await using server = await startSlackServer();
    const { clock, metrics } = setUp(server);
    const handler = createWorker({
      queue: NAMED_CHANNELS,
      router: () => Promise.reject(new Error('no secret')),
      deadLetters: { async send() {} },
      retry: () => ({ kind: 'retry', delayMs: 5_000 }),
      delay: async () => {},
      results: { get: async () => undefined, async recordDeliveries() {} },
      metrics,
      log: silentLog,
      clock,
    });
    const context = { getRemainingTimeInMillis: () => 60_000 };
    await expect(handler({ Records: [record('1', failed)] }, context)).rejects.toThrow('no secret');
  });
});
