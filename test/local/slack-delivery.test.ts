import { describe, expect, it } from 'vitest';
import { parseRouting } from '../../functions/channels/routing.ts';
import { createNotifications } from '../../local/notifications.ts';
import { type Answer, startSlackServer } from '../channels/slack/slack-server.ts';
import { aResult, longId } from '../contract/samples.ts';
import { createFakeClock, createMetricSums, silentLog } from '../support/fixtures.ts';
import { openLocalStores } from './local-stores.ts';

/** The topics of `npm start` on its database, with a Slack of its own; waits between attempts pass at once. */
async function setUp(...answers: Answer[]) {
  const clock = createFakeClock(Date.now());
  const stores = await openLocalStores({ clock });
  const { queues, results, alertMemory } = stores;
  const slack = await startSlackServer();
  slack.answerWith('ops', ...answers);
  const warnings: unknown[][] = [];
  const log = { ...silentLog, warn: (...line: unknown[]) => void warnings.push(line) };
  const notifications = createNotifications({
    ...{
      queues,
      alertMemory,
      results,
      clock,
      metrics: createMetricSums(),
      log,
      alertEmails: [],
      profiles: {},
    },
    channels: parseRouting({ webhook_url: slack.url('ops') }),
    terminal: { write: () => true, colours: false },
    publicUrl: () => 'http://127.0.0.1:3000',
  });
  return {
    ...{ slack, clock, warnings },
    async tell(...taskIds: string[]) {
      const expiresAtS = Math.floor(clock.now() / 1000) + 7 * 86_400;
      const made = taskIds.map((taskId) => aResult({ taskId, expiresAtS }));
      await Promise.all(made.map((result) => results.put(result)));
      await Promise.all(notifications.publishers.map((publisher) => publisher.publish(made)));
      await expect.poll(() => stores.waiting()).toBe(0);
    },
    deliveriesOf: async (taskId: string) => (await results.get(taskId))?.deliveries,
    async [Symbol.asyncDispose]() {
      await slack[Symbol.asyncDispose]();
      await stores[Symbol.asyncDispose]();
    },
  };
}

const at = expect.stringMatching(/^\d{4}-.*Z$/);

describe('Slack on one machine', () => {
  it('leaves a note on the result of each task of a digest', async () => {
    await using local = await setUp();
    const taskIds = Array.from({ length: 7 }, (_, i) => longId(`${i}-`));
    await local.tell(...taskIds);
    expect(local.slack.received).toHaveLength(1);
    for (const taskId of taskIds) {
      const delivered = { channel: 'default', status: 'delivered', at, attempts: 1, http_status: 200 };
      expect(await local.deliveriesOf(taskId)).toEqual([delivered]);
    }
  });

  it('leaves one that says that the channel is gone', async () => {
    await using local = await setUp({ status: 404, body: 'no_service' });
    await local.tell('t1');
    const gone = { status: 'gone', attempts: 1, http_status: 404, reason: 'HTTP 404 no_service' };
    expect(await local.deliveriesOf('t1')).toMatchObject([gone]);
  });

  it('says once that the channel fails, and why, and how often it did when it works again', async () => {
    await using local = await setUp({ status: 503 }, { status: 503 });
    await local.tell('t1', 't2', 't3');
    expect(local.warnings).toEqual([
      ['channel does not accept messages, trying again', { channel: 'channels', reason: 'default: HTTP 503' }],
      ['channel accepts messages again', { channel: 'channels', failed_attempts: 6 }],
    ]);
  });

  it('leaves one when it was tried for a day, and none before', async () => {
    await using local = await setUp(...Array<Answer>(100).fill({ status: 503 }));
    const startMs = local.clock.now();
    await local.tell('t1');
    expect(local.clock.now() - startMs).toBe(86_400_000);
    const attempts = local.slack.received.length;
    const gaveUp = { channel: 'default', status: 'failed', at, attempts, reason: 'gave up: HTTP 503' };
    expect(await local.deliveriesOf('t1')).toEqual([gaveUp]);
  });
});
