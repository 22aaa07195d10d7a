import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** Rows of the service's database, read beside it. */
function rowsOf<T>(sql: string): T[] {
  using database = new DatabaseSync(path.join(dataDir, 'tasks.db'), { readOnly: true, timeout: 5_000 });
  return database.prepare(sql).all() as T[];
}

const pendingRows = () => rowsOf('SELECT * FROM pending');
const messages = () => rowsOf<{ subscriber: string; attempts: number; due_at: number }>('SELECT * FROM messages');

describe('what is published and not yet delivered', () => {
  it('arrives after a kill -9, by every channel and under the same id', async () => {
    const endings = ['success', 'failure', 'partial'] as const;
    const taskIds = endings.map((ending) => simulator.control.addTask({ ending }));
    receivers.answer('never');
    const first = await start();
    await endTasks(first, taskIds);
    await expect.poll(() => receivers.tried(), { timeout: 10_000 }).toEqual(['e-mail', 'slack', 'webhook']);
    await first.kill();
    expect(pendingRows()).toEqual([]);
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
    await expect.poll(messages).toEqual([]);
  });

  it('waits over a kill -9 as long as it would have without', async () => {
    const taskId = simulator.control.addTask();
    receivers.answer('unavailable');
    const first = await start();
    await endTasks(first, [taskId]);
    // Each of them was refused once, and that is kept.
    await expect.poll(() => messages().filter(({ attempts }) => attempts === 1), { timeout: 10_000 }).toHaveLength(3);
    const dueAtMs = messages().map(({ due_at }) => due_at);
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

  it('is not lost in silence when it is damaged: the start names the way to save the rest', async () => {
    const taskId = simulator.control.addTask();
    receivers.answer('never');
    const first = await start();
    await endTasks(first, [taskId]);
    await first.kill();
    using database = new DatabaseSync(path.join(dataDir, 'tasks.db'));
    database.exec("UPDATE messages SET body = '{}' WHERE subscriber = 'slack'");
    await expect(start()).rejects.toThrow(
      /exited with 1: The database \S+tasks.db is damaged, so the service does not start:\n- messages: a row is changed/,
    );
  });
});
