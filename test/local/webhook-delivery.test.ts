import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { createNotifications } from '../../local/notifications.ts';
import { startReceiver } from '../channels/webhook/receiver.ts';
import { aResult } from '../contract/samples.ts';
import { createFakeClock, createMetricSums, silentLog } from '../support/fixtures.ts';
import { openLocalStores } from './local-stores.ts';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const PROFILES = { default: { project_id: 'p', webhook_secrets: [SECRET] } };

/** The topics of `npm start` on its database; waits between attempts pass at once. */
async function setUp({ allowLoopbackCallbacks }: { allowLoopbackCallbacks?: boolean } = {}) {
  const clock = createFakeClock(Date.now());
  const stores = await openLocalStores({ clock });
  const { queues, results, alertMemory } = stores;
  const receiver = await startReceiver();
  const metrics = createMetricSums();
  const notifications = createNotifications({
    ...{
      queues,
      alertMemory,
      results,
      clock,
      metrics,
      log: silentLog,
      alertEmails: [],
      profiles: PROFILES,
      allowLoopbackCallbacks,
    },
    terminal: { write: () => true, colours: false },
    publicUrl: () => 'http://127.0.0.1:3000',
  });
  const store = async (changes: Partial<TaskResult> = {}) => {
    const expiresAtS = Math.floor(clock.now() / 1000) + 7 * 86_400;
    const result = aResult({ callbackUrl: receiver.url, expiresAtS, ...changes });
    await results.put(result);
    return result;
  };
  const publish = async (result: TaskResult) => {
    await Promise.all(notifications.publishers.map((publisher) => publisher.publish([result])));
  };
  /** Until nothing is left to send; `stop` would leave what waits for another try. */
  const settled = () => expect.poll(() => stores.waiting()).toBe(0);
  const deliveriesOf = async ({ taskId }: TaskResult) => (await results.get(taskId))?.deliveries;
  return {
    ...{ receiver, notifications, clock, settled, metrics, store, publish, deliveriesOf },
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await stores[Symbol.asyncDispose]();
    },
  };
}

describe('webhooks on one machine', () => {
  it('get the signed event, and the result shows the delivery', async () => {
    await using local = await setUp();
    const result = await local.store();
    await local.publish(result);
    await local.settled();
    const [{ body, headers } = expect.fail('nothing came')] = local.receiver.received;
    const event = new Webhook(SECRET).verify(body, headers as Record<string, string>);
    expect(event).toMatchObject({ subject: result.taskId, type: 'apig.task.partially_succeeded' });
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    const delivery = { channel: 'webhook', status: 'delivered', at, attempts: 1, http_status: 204 };
    expect(await local.deliveriesOf(result)).toEqual([delivery]);
  });

  it('are tried again with growing waits, as in AWS', async () => {
    await using local = await setUp();
    local.receiver.answerWith({ status: 503 }, 'reset');
    const startMs = local.clock.now();
    const result = await local.store();
    await local.publish(result);
    await local.settled();
    expect(local.receiver.received).toHaveLength(3);
    expect(local.clock.now() - startMs).toBeGreaterThanOrEqual(0.8 * 35_000);
    expect(local.clock.now() - startMs).toBeLessThanOrEqual(1.2 * 35_000);
    expect(await local.deliveriesOf(result)).toMatchObject([{ status: 'delivered', attempts: 3 }]);
  });

  it('are tried again when the receiver asks for it', async () => {
    await using local = await setUp();
    local.receiver.answerWith({ status: 429, headers: { 'retry-after': '1000' } });
    const startMs = local.clock.now();
    await local.publish(await local.store());
    await local.settled();
    expect(local.clock.now() - startMs).toBe(1_000_000);
  });

  it('are given up after a day, and the result shows that', async () => {
    await using local = await setUp();
    local.receiver.answerWith(...Array.from({ length: 100 }, () => ({ status: 500 })));
    const startMs = local.clock.now();
    const result = await local.store();
    await local.publish(result);
    await local.settled();
    // In the last minute of the day no other attempt is worth while.
    expect(local.clock.now() - startMs).toBeGreaterThan(86_340_000);
    expect(local.clock.now() - startMs).toBeLessThanOrEqual(86_400_000);
    expect(await local.deliveriesOf(result)).toMatchObject([
      { status: 'failed', attempts: local.receiver.received.length, http_status: 500, reason: 'gave up: HTTP 500' },
    ]);
  });

  it('get a replay that names them, and none that names another channel', async () => {
    await using local = await setUp();
    const result = await local.store();
    await local.notifications.publishToChannel(result, 'webhook');
    await local.notifications.publishToChannel(result, 'payments');
    await local.settled();
    expect(local.receiver.received).toHaveLength(1);
  });

  it('are not asked for where a result has no callback', async () => {
    await using local = await setUp();
    const { callbackUrl: _, ...result } = await local.store();
    await local.publish(result);
    await local.settled();
    expect(local.receiver.received).toEqual([]);
  });

  it('may be on this machine unless that is switched off', async () => {
    await using local = await setUp({ allowLoopbackCallbacks: false });
    const result = await local.store();
    await local.publish(result);
    await local.settled();
    expect(local.receiver.received).toEqual([]);
    expect(await local.deliveriesOf(result)).toMatchObject([
      { status: 'failed', attempts: 1, reason: 'the callback URL is not https' },
    ]);
  });
});
