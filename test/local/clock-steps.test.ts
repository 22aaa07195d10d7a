import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { startService } from '../../local/service.ts';
import { openStores } from '../../local/stores.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { startReceiver } from '../channels/webhook/receiver.ts';
import { drain } from '../contract/backend.ts';
import { pendingTask } from '../support/fixtures.ts';
import { API_KEY, getJson, register } from './service-process.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WHOLE = { segment: 0, totalSegments: 1 };

let dataDir: string;
let offsetMs: number;
let lines: [string, unknown][];
/** The machine's clock, which a hand sets by `offsetMs`. */
const machine = { ...systemClock, now: () => Date.now() + offsetMs };

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'clock-steps-'));
  offsetMs = 0;
  lines = [];
});
afterEach(() => rm(dataDir, { recursive: true }));

const note = (message: string, fields?: Record<string, unknown>) => void lines.push([message, fields]);
const log = { info() {}, warn: note, error: note };
const open = () => openStores({ dataDir, clock: machine, log });
const WENT_FORWARD = ["The machine's clock went forward, or the machine slept", { seconds: 7_200 }];
const EXTENDED = ['Deadlines passed in a gap of time. These tasks are watched for 10 more minutes', { tasks: 1 }];

describe('a step of two hours forward', () => {
  const taskOf = (taskId: string, deadlineAfterMs: number) =>
    pendingTask({ taskId, registeredAtMs: machine.now(), deadlineAtMs: machine.now() + deadlineAfterMs });
  const deadlineIn = async ({ pending }: ReturnType<typeof open>, taskId: string) =>
    ((await pending.get(taskId))?.deadlineAtMs ?? 0) - machine.now();

  it('gives ten more minutes to deadlines that passed in it, also to tasks that were read before', async () => {
    const stores = open();
    for (const [taskId, ms] of [['passed', HOUR_MS] as const, ['to-come', 24 * HOUR_MS] as const])
      await stores.pending.register(taskOf(taskId, ms));
    const read = (await drain(stores.pending.scan(WHOLE))).flat();
    offsetMs += 2 * HOUR_MS;
    // The first to look at the clock may read the rows at once, before anything could be written.
    const nowMs = stores.clock.now();
    const scanned = (await drain(stores.pending.scan(WHOLE))).flat();
    for (const task of [...read.map(stores.pending.asOfNow), ...scanned]) {
      const leftMs = task.deadlineAtMs - nowMs;
      expect(leftMs).toBeCloseTo(task.taskId === 'passed' ? 10 * MINUTE_MS : 22 * HOUR_MS, -4);
    }
    await stores.pending.register(taskOf('new', MINUTE_MS));
    expect(await deadlineIn(stores, 'new')).toBeLessThanOrEqual(MINUTE_MS);
    stores.clock.now();
    stores.close();
    await expect.poll(() => lines).toEqual([WENT_FORWARD, EXTENDED]);

    const again = open();
    expect(await deadlineIn(again, 'passed')).toBeCloseTo(10 * MINUTE_MS, -4);
    again.close();
  });

  it('counts also while nothing runs', async () => {
    const stores = open();
    await stores.pending.register(taskOf('passed', HOUR_MS));
    stores.close();
    offsetMs += 2 * HOUR_MS;
    const again = open();
    expect(await deadlineIn(again, 'passed')).toBeCloseTo(10 * MINUTE_MS, -4);
    again.close();
    await expect.poll(() => lines).toEqual([EXTENDED]);
  });
});

describe('npm start, while somebody sets the clock', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    // It refuses requests whose time is minutes off its own.
    simulator = await startSimulator({ clock: machine });
  });
  afterEach(() => simulator.close());

  it('polls on, ends nothing before its time, signs with the time of the machine, and says each step once', async () => {
    await using receiver = await startReceiver();
    const webhook_secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`];
    const service = await startService({
      ...{ host: '127.0.0.1', port: 0, dataDir, apiKeys: [API_KEY], alertEmails: [], taskDeadlineMs: HOUR_MS },
      profiles: { default: { ...defaultProfile(simulator.url), webhook_secrets } },
      ...{ pollMinIntervalMs: 100, clock: machine, log },
      terminal: { write: () => undefined, colours: false },
    });
    const never = simulator.control.addTask({ ending: 'never' });
    await register(service.url, never);
    for (const [number, stepMs] of [2 * HOUR_MS, -10 * MINUTE_MS].entries()) {
      offsetMs += stepMs;
      await register(service.url, simulator.control.addTask(), { callback_url: receiver.url });
      await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(number + 1);
      const signedAtMs = Number(receiver.received[number]?.headers['webhook-timestamp']) * 1_000;
      expect(Math.abs(signedAtMs - machine.now())).toBeLessThan(MINUTE_MS);
      expect(await getJson(service.url, `/tasks/${never}`)).toMatchObject({ state: 'pending', status: 'processing' });
    }
    await service.close();
    expect(lines.filter(([message]) => /clock|Deadlines/.test(message))).toEqual([
      WENT_FORWARD,
      EXTENDED,
      ["The machine's clock was set back. Polling and deliveries continue", { seconds: 600 }],
    ]);
  });
});
