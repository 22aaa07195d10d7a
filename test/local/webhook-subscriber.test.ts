import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createDynamoTaskResultStore } from '../../functions/adapters/dynamo-task-result-store.ts';
import type { TaskResult } from '../../functions/core/outcome.ts';
import type { Clock } from '../../functions/core/ports.ts';
import { LOCAL_TABLES, startEmbeddedDynamo } from '../../local/embedded-dynamodb.ts';
import { createNotifications } from '../../local/notifications.ts';
import { aResult } from '../contract/samples.ts';
import { createMetricSums, silentLog } from '../core/support/fixtures.ts';
import { startReceiver } from '../deliver-webhook/receiver.ts';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const PROFILES = { default: { project_id: 'p', webhook_secrets: [SECRET] } };

/** The topics of `npm start` on its database; waits between attempts are noted, and not made. */
async function setUp({ allowLoopbackCallbacks }: { allowLoopbackCallbacks?: boolean } = {}) {
  const waits: number[] = [];
  const clock: Clock = { now: Date.now, sleep: async (ms) => void waits.push(ms) };
  const database = await startEmbeddedDynamo();
  const receiver = await startReceiver();
  const table = { client: database.client, tableName: LOCAL_TABLES.results };
  const results = createDynamoTaskResultStore({ ...table, clock });
  const metrics = createMetricSums();
  const notifications = createNotifications({
    ...{ results, clock, metrics, log: silentLog, alertEmails: [], profiles: PROFILES, allowLoopbackCallbacks },
    terminal: { write: () => true, colours: false },
    publicUrl: () => 'http://127.0.0.1:3000',
  });
  const store = async (changes: Partial<TaskResult> = {}) => {
    const expiresAtS = Math.floor(Date.now() / 1000) + 3_600;
    const result = aResult({ callbackUrl: receiver.url, expiresAtS, ...changes });
    await results.put(result);
    return result;
  };
  const publish = async (result: TaskResult) => {
    await Promise.all(notifications.publishers.map((publisher) => publisher.publish([result])));
  };
  const deliveriesOf = async ({ taskId }: TaskResult) => (await results.get(taskId))?.deliveries;
  return {
    ...{ receiver, notifications, waits, metrics, store, publish, deliveriesOf },
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

describe('webhooks on one machine', () => {
  it('get the signed event, and the result shows the delivery', async () => {
    await using local = await setUp();
    const result = await local.store();
    await local.publish(result);
    await local.notifications.stop();
    const [{ body, headers } = expect.fail('nothing came')] = local.receiver.received;
    const event = new Webhook(SECRET).verify(body, headers as Record<string, string>);
    expect(event).toMatchObject({ subject: result.taskId, type: 'apig.task.partially_succeeded' });
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    const delivery = { channel: 'webhook', status: 'delivered', at, attempts: 1, http_status: 204 };
    expect(await local.deliveriesOf(result)).toEqual([delivery]);
  });

  it('are tried again at the topic’s pace', async () => {
    await using local = await setUp();
    local.receiver.answerWith({ status: 503 }, 'reset');
    const result = await local.store();
    await local.publish(result);
    await local.notifications.stop();
    expect(local.receiver.received).toHaveLength(3);
    expect(local.waits).toEqual([1_000, 5_000]);
    expect(await local.deliveriesOf(result)).toMatchObject([{ status: 'delivered', attempts: 3 }]);
  });

  it('are given up with the topic’s last attempt, and the result shows that', async () => {
    await using local = await setUp();
    local.receiver.answerWith(...Array.from({ length: 6 }, () => ({ status: 500 })));
    const result = await local.store();
    await local.publish(result);
    await local.notifications.stop();
    expect(local.receiver.received).toHaveLength(5);
    expect(await local.deliveriesOf(result)).toMatchObject([
      { status: 'failed', attempts: 5, http_status: 500, reason: 'gave up: HTTP 500' },
    ]);
  });

  it('get a replay that names them, and none that names another channel', async () => {
    await using local = await setUp();
    const result = await local.store();
    local.notifications.publishToChannel(result, 'webhook');
    local.notifications.publishToChannel(result, 'payments');
    await local.notifications.stop();
    expect(local.receiver.received).toHaveLength(1);
  });

  it('are not asked for where a result has no callback', async () => {
    await using local = await setUp();
    const { callbackUrl: _, ...result } = await local.store();
    await local.publish(result);
    await local.notifications.stop();
    expect(local.receiver.received).toEqual([]);
  });

  it('may be on this machine unless that is switched off', async () => {
    await using local = await setUp({ allowLoopbackCallbacks: false });
    const result = await local.store();
    await local.publish(result);
    await local.notifications.stop();
    expect(local.receiver.received).toEqual([]);
    expect(await local.deliveriesOf(result)).toMatchObject([
      { status: 'failed', attempts: 1, reason: 'the callback URL is not https' },
    ]);
  });
});
