import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { LOCAL_TABLES, startEmbeddedDynamo } from '../../local/embedded-dynamodb.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Receivers, startReceivers } from './receivers.ts';
import { getJson, register, type ServiceProcess, startServiceProcess } from './service-process.ts';

let dataDir: string;
let simulator: Simulator;
let receivers: Receivers;
let running: ServiceProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-undelivered-'));
  simulator = await startSimulator();
  receivers = await startReceivers();
});

afterEach(async () => {
  await running?.kill();
  await receivers.close();
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The service with every channel set; without a fault of its own, for the receivers do what the test asks. */
async function start(): Promise<ServiceProcess> {
  const channels = {
    SLACK_WEBHOOK_URL: receivers.slackUrl,
    SMTP_URL: receivers.smtpUrl,
    ALERT_EMAILS: 'a@example.com',
    WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  };
  running = await startServiceProcess({ simulator, dataDir, environment: channels });
  return running;
}

/** Watches tasks until they are over, published, and gone from what is pending. */
async function endTasks({ url }: ServiceProcess, taskIds: string[]): Promise<void> {
  for (const taskId of taskIds) expect(await register(url, taskId, { callback_url: receivers.webhookUrl })).toBe(202);
  const pending = () => getJson<{ items: unknown[] }>(url, '/tasks?state=pending').then(({ items }) => items);
  await expect.poll(pending, { timeout: 10_000 }).toEqual([]);
}

async function pendingRows(taskIds: string[]) {
  const { client, close } = await startEmbeddedDynamo({ dataDir });
  const store = createDynamoPendingTaskStore({ client, tableName: LOCAL_TABLES.pending });
  const rows = await Promise.all(taskIds.map((taskId) => store.get(taskId)));
  await close();
  return rows.filter((row) => row !== undefined);
}

async function outboxText(): Promise<string> {
  const folder = path.join(dataDir, 'outbox');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.entry'));
  const read = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => '');
  return (await Promise.all(names.map(read))).join('');
}

describe('what is published and not yet delivered', () => {
  it('arrives after a kill -9, by every channel and under the same id', async () => {
    const endings = ['success', 'failure', 'partial'] as const;
    const taskIds = endings.map((ending) => simulator.control.addTask({ ending }));
    receivers.answer('never');
    const first = await start();
    await endTasks(first, taskIds);
    await expect.poll(() => receivers.tried(), { timeout: 10_000 }).toEqual(['e-mail', 'slack', 'webhook']);
    await first.kill();
    expect(await pendingRows(taskIds)).toEqual([]);
    expect(receivers.arrived).toEqual([]);

    receivers.answer('takes');
    const second = await start();
    for (const taskId of taskIds) {
      await expect
        .poll(() => receivers.channelsOf(taskId), { timeout: 10_000 })
        .toEqual(['e-mail', 'slack', 'webhook']);
    }
    const outcomes = ['succeeded', 'failed', 'partially_succeeded'];
    const ids = taskIds.map((taskId, i) => `${taskId}:${outcomes[i]}`);
    const arrivedIds = receivers.arrived.flatMap(({ webhookId }) => webhookId ?? []);
    expect(arrivedIds.toSorted()).toEqual(ids.toSorted());
    expect(ids).toEqual(expect.arrayContaining(receivers.webhookIds));
    expect(second.output()).toContain('sending messages that the last run left');
    await expect.poll(outboxText).toBe('');
  });

  it('waits over a kill -9 as long as it would have without', async () => {
    const taskId = simulator.control.addTask();
    receivers.answer('unavailable');
    const first = await start();
    await endTasks(first, [taskId]);
    // Each of them was refused once, and that is kept.
    await expect.poll(async () => (await outboxText()).match(/"attempts":1,/g), { timeout: 10_000 }).toHaveLength(3);
    const dueAtMs = [...(await outboxText()).matchAll(/"dueAtMs":(\d+)/g)].map(([, ms]) => Number(ms));
    await first.kill();

    receivers.answer('takes');
    const second = await start();
    await expect.poll(() => receivers.channelsOf(taskId), { timeout: 10_000 }).toEqual(['e-mail', 'slack', 'webhook']);
    expect(Math.min(...receivers.arrived.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(Math.min(...dueAtMs));
    const deliveries = async () =>
      (await getJson<{ deliveries?: { channel: string }[] }>(second.url, `/tasks/${taskId}`)).deliveries?.toSorted(
        (a, b) => a.channel.localeCompare(b.channel),
      );
    const end = { status: 'delivered', attempts: 2 };
    await expect.poll(deliveries).toMatchObject([
      { channel: 'default', ...end },
      { channel: 'webhook', ...end },
    ]);
  });

  it('does not stop the start where it is damaged', async () => {
    const taskId = simulator.control.addTask();
    receivers.answer('never');
    const first = await start();
    await endTasks(first, [taskId]);
    await first.kill();
    const events = path.join(dataDir, 'outbox', 'events');
    const names = await readdir(events);
    for (const name of names) await writeFile(path.join(events, name), 'half a mess');

    receivers.answer('takes');
    const second = await start();
    await expect.poll(() => receivers.channelsOf(taskId), { timeout: 10_000 }).toEqual(['e-mail']);
    expect(second.output().match(/undelivered messages are damaged and set aside/g)).toHaveLength(names.length);
    second.child.kill('SIGINT');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });
});
