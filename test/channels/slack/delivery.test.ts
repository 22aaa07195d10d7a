import { describe, expect, it } from 'vitest';
import { FAILED, makeBatch, makeEvent } from '../../../generate/sample-events.ts';
import { record, setUp } from './setup.ts';
import { type Answer, startSlackServer } from './slack-server.ts';

const event = makeEvent(FAILED);
const throttled = (seconds: number): Answer => ({ status: 429, headers: { 'retry-after': `${seconds}` } });
const BOTH = [{ when: {}, channels: ['ops', 'payments'] }];
const channelsOf = (received: { path: string }[]) => received.map(({ path }) => path.split('-')[1]).toSorted();

describe('a throttled channel', () => {
  it('is waited for as long as it asks, within the time of the function', async () => {
    await using server = await startSlackServer();
    const { handle, clock } = setUp(server, { invocationMs: 60_000 });
    server.answerWith('ops', throttled(20), throttled(0));
    expect(await handle(record('1', event))).toEqual([]);
    expect(clock.slept).toEqual([20_000, 1_000]);
    expect(server.received).toHaveLength(3);
  });

  it('gives its records back when it asks for more time than there is', async () => {
    await using server = await startSlackServer();
    const { handle, clock, metrics, buried } = setUp(server, { invocationMs: 30_000 });
    server.answerWith('ops', throttled(26));
    expect(await handle(record('1', event), record('2', event))).toEqual(['1', '2']);
    expect(clock.slept).toEqual([]);
    expect(server.received).toHaveLength(1);
    expect(metrics.sums).toEqual({ SlackGivenBack: 2 });
    expect(buried).toEqual([]);
  });

  it('gives back what is left when the time is over', async () => {
    await using server = await startSlackServer();
    const { handle } = setUp(server, { invocationMs: 7_500 });
    const records = ['1', '2', '3', '4', '5'].map((id) => record(id, event));
    expect(await handle(...records)).toEqual(['4', '5']);
    expect(server.received).toHaveLength(3);
  });
});

describe('a channel that is out of order for now', () => {
  it.each<[string, Answer]>([
    ['500', { status: 500, body: 'rollup_error' }],
    ['503', { status: 503 }],
    ['hangs up', 'reset'],
  ])('gives its records back: %s', async (_, answer) => {
    await using server = await startSlackServer();
    const { handle, buried, alerts } = setUp(server);
    server.answerWith('ops', answer);
    expect(await handle(record('1', event))).toEqual(['1']);
    expect(await handle(record('1', event))).toEqual([]);
    expect([buried, alerts]).toEqual([[], []]);
  });

  it('does not make another channel hear an event twice', async () => {
    await using server = await startSlackServer();
    const { handle } = setUp(server, { rules: BOTH });
    server.answerWith('payments', { status: 503 });
    expect(await handle(record('1', event))).toEqual(['1']);
    expect(await handle(record('1', event))).toEqual([]);
    expect(channelsOf(server.received)).toEqual(['ops', 'payments', 'payments']);
  });
});

describe('a channel that is no more', () => {
  it.each([
    [400, 'invalid_payload'],
    [403, 'invalid_token'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
  ])('sends its records to the dead-letter queue at once: %i %s', async (status, body) => {
    await using server = await startSlackServer();
    const { handle, buried, metrics } = setUp(server);
    server.answerWith('ops', { status, body });
    expect(await handle(record('1', event, { outcome: 'failed' }))).toEqual([]);
    expect(buried).toEqual([
      {
        body: JSON.stringify(event),
        attributes: { channel: 'ops', outcome: 'failed' },
        reason: `HTTP ${status} ${body}`,
      },
    ]);
    expect(metrics.sums).toEqual({ NotificationFailures: 1 });
  });

  it('raises one alert that names it, and its URL is nowhere', async () => {
    await using server = await startSlackServer();
    const { handle, buried, alerts, lines } = setUp(server);
    server.answerWith('ops', ...Array<Answer>(2).fill({ status: 404, body: 'no_service' }));
    await handle(record('1', event), record('2', event));
    await handle(record('3', event));
    expect(server.received).toHaveLength(2);
    expect(buried).toHaveLength(3);
    expect(alerts).toMatchObject([
      { key: 'slack:ops:gone', subject: 'Slack channel ops refuses messages (HTTP 404 no_service)' },
    ]);
    expect(JSON.stringify([alerts, lines, buried])).not.toMatch(/secret-ops|services\/T0|127\.0\.0\.1/);
  });

  it('loses only the message that is refused, not those after it', async () => {
    await using server = await startSlackServer();
    const { handle, buried } = setUp(server);
    server.answerWith('ops', { status: 400, body: 'invalid_blocks' });
    expect(await handle(record('1', event), record('2', event))).toEqual([]);
    expect(server.received).toHaveLength(2);
    expect(buried).toHaveLength(1);
  });

  it('takes every record of a digest along', async () => {
    await using server = await startSlackServer();
    const { handle, buried } = setUp(server);
    server.answerWith('ops', { status: 410 });
    expect(await handle(...makeBatch().map((one, index) => record(`${index}`, one)))).toEqual([]);
    expect(buried).toHaveLength(8);
  });

  it('is buried once, while another channel of the same record is tried again', async () => {
    await using server = await startSlackServer();
    const { handle, buried } = setUp(server, { rules: BOTH });
    server.answerWith('ops', { status: 410 });
    server.answerWith('payments', { status: 503 });
    expect(await handle(record('1', event))).toEqual(['1']);
    expect(await handle(record('1', event))).toEqual([]);
    expect(buried).toHaveLength(1);
    expect(channelsOf(server.received)).toEqual(['ops', 'payments', 'payments']);
  });

  it('gives its records back when the dead-letter queue is out of order too', async () => {
    await using server = await startSlackServer();
    const { handle, buried, queue } = setUp(server);
    server.answerWith('ops', { status: 410 }, { status: 410 });
    queue.isBroken = true;
    expect(await handle(record('1', event), record('2', 'not json'))).toEqual(expect.arrayContaining(['1', '2']));
    queue.isBroken = false;
    expect(await handle(record('1', event))).toEqual([]);
    expect(buried).toHaveLength(1);
  });
});
