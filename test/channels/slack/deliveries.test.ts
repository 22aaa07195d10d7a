import { describe, expect, it } from 'vitest';
import { FAILED, makeBatch, makeEvent } from '../../../generate/sample-events.ts';
import { MAX_RECEIVES, received, record, setUp } from './setup.ts';
import { type Answer, startSlackServer } from './slack-server.ts';

const event = makeEvent(FAILED);
const taskId = event.data.task_id;
const at = expect.stringMatching(/^2026-11-24T12:0\d:\d\d\.\d{3}Z$/);
const BOTH = [{ when: {}, channels: ['ops', 'payments'] }];
const delivered = (channel: string) => ({ channel, status: 'delivered', at, attempts: 1, http_status: 200 });

describe('the end of a delivery to Slack', () => {
  it('is noted on the result when Slack has taken it', async () => {
    await using server = await startSlackServer();
    const { handle, table } = setUp(server);
    await handle(record('1', event));
    expect(table.notes).toEqual([{ taskId, deliveries: [delivered('ops')] }]);
  });

  it('is one write for a task, however many channels heard of it', async () => {
    await using server = await startSlackServer();
    const { handle, table } = setUp(server, { rules: BOTH });
    server.answerWith('payments', { status: 404, body: 'no_service' });
    await handle(record('1', event));
    const gone = {
      ...{ channel: 'payments', status: 'gone', at, attempts: 1 },
      ...{ http_status: 404, reason: 'HTTP 404 no_service' },
    };
    expect(table.notes).toEqual([{ taskId, deliveries: expect.arrayContaining([delivered('ops'), gone]) }]);
    expect(table.notes[0]?.deliveries).toHaveLength(2);
  });

  it('is noted for every task of a digest, once each', async () => {
    await using server = await startSlackServer();
    const { handle, table } = setUp(server);
    const events = makeBatch();
    await handle(...events.map((one, index) => record(`${index}`, one)));
    expect(server.received).toHaveLength(1);
    expect(table.notes.map((note) => note.taskId).toSorted()).toEqual(
      events.map(({ data }) => data.task_id).toSorted(),
    );
    for (const { deliveries } of table.notes) expect(deliveries).toEqual([delivered('ops')]);
  });

  it('is noted with the class of the refusal and no address', async () => {
    await using server = await startSlackServer();
    const { handle, table } = setUp(server);
    server.answerWith('ops', { status: 400, body: 'invalid_blocks' });
    await handle(record('1', event));
    const reason = 'HTTP 400 invalid_blocks';
    const failed = { channel: 'ops', status: 'failed', at, attempts: 1, http_status: 400, reason };
    expect(table.notes).toEqual([{ taskId, deliveries: [failed] }]);
    expect(JSON.stringify(table.notes)).not.toMatch(/secret-ops|services\/T0|127\.0\.0\.1/);
  });

  it('is not there as long as the queue will bring the record again', async () => {
    await using server = await startSlackServer();
    const { handle, table } = setUp(server);
    server.answerWith('ops', { status: 503 });
    expect(await handle(record('1', event))).toEqual(['1']);
    expect(table.notes).toEqual([]);
    await handle(received(record('1', event), 2));
    expect(table.notes).toEqual([{ taskId, deliveries: [{ ...delivered('ops'), attempts: 2 }] }]);
  });

  it.each<[Answer, string]>([
    [{ status: 503 }, 'gave up: HTTP 503'],
    [{ status: 429, headers: { 'retry-after': '3600' } }, 'gave up: throttled'],
  ])('is a giving up at the last receive, for the channel that missed it alone: %j', async (answer, reason) => {
    await using server = await startSlackServer();
    const { handle, table, buried, metrics } = setUp(server, { rules: BOTH });
    server.answerWith('payments', answer);
    expect(await handle(received(record('1', event), MAX_RECEIVES))).toEqual([]);
    expect(buried).toMatchObject([{ attributes: { channel: 'payments' }, reason }]);
    expect(metrics.sums).toEqual({ SlackDelivered: 1, NotificationFailures: 1 });
    const gaveUp = { channel: 'payments', status: 'failed', at, attempts: MAX_RECEIVES, reason };
    expect(table.notes[0]?.deliveries).toContainEqual(gaveUp);
  });

  it('is noted for a replay that names a channel which is not there', async () => {
    await using server = await startSlackServer();
    const { handle, table } = setUp(server);
    await handle(record('1', event, { channel: 'nobody' }));
    const reason = 'it names a channel that the Slack secret does not have';
    expect(table.notes).toMatchObject([{ taskId, deliveries: [{ channel: 'nobody', status: 'failed', reason }] }]);
  });

  it('is no end while the dead-letter queue does not take the record', async () => {
    await using server = await startSlackServer();
    const { handle, table, queue } = setUp(server);
    server.answerWith('ops', { status: 410 });
    queue.isBroken = true;
    expect(await handle(record('1', event))).toEqual(['1']);
    expect(table.notes).toEqual([]);
  });
});

describe('a note that cannot be made', () => {
  it('is a log line and a metric, and sends nothing again', async () => {
    await using server = await startSlackServer();
    const { handle, table, metrics, lines } = setUp(server, { rules: BOTH });
    table.isBroken = true;
    expect(await handle(record('1', event))).toEqual([]);
    expect(metrics.sums).toEqual({ SlackDelivered: 2, DeliveriesUnrecorded: 2 });
    expect(lines.join()).toContain('slack deliveries not recorded');
    table.isBroken = false;
    expect(await handle(received(record('1', event), 2))).toEqual([]);
    expect(server.received).toHaveLength(2);
    expect(table.notes).toEqual([]);
  });

  it('takes no time that the invocation does not have', async () => {
    await using server = await startSlackServer();
    const { handle, table, metrics } = setUp(server, { invocationMs: 10_000 });
    table.takesMs = 2_000;
    const records = makeBatch().map((one, index) => record(`${index}`, one));
    expect(await handle(...records)).toEqual([]);
    expect(table.notes).toHaveLength(4);
    expect(metrics.sums).toEqual({ SlackDelivered: 8, DeliveriesUnrecorded: 4 });
  });
});
