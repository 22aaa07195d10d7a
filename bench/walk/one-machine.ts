import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { startService } from '../../local/service.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { startSimulator } from '../../simulator/simulator.ts';

const API_KEY = 'key-of-forty-characters-0123456789-abcde';
const TASK_ID = 'never-over';
const log = { info() {}, warn() {}, error() {} };

/** `npm start` with one watched task that never ends. */
export type OneMachine = AsyncDisposable & {
  /** Resolves as the second poll from now reaches the upstream: the first is then through, to its last line. */
  nextPoll(): Promise<void>;
};

/** Starts the service and a simulator in this process; resolves when the task was polled often enough for all to be warm. */
export async function startOneMachine(): Promise<OneMachine> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'walk-'));
  const simulator = await startSimulator();
  const service = await startService({
    ...{ host: '127.0.0.1', port: 0, dataDir, clock, log, terminal: { write() {}, colours: false } },
    ...{ apiKeys: [API_KEY], alertEmails: [], pollMinIntervalMs: 1_000, taskDeadlineMs: 3_600_000 },
    profiles: { default: defaultProfile(simulator.url) },
  });
  simulator.control.addTask({ taskId: TASK_ID, ending: 'never' });
  const nextPoll = async () => {
    const polls = () => simulator.control.task(TASK_ID)?.polls ?? 0;
    const goal = polls() + 2;
    while (polls() < goal) await delay(5);
  };
  await register(service.url);
  await nextPoll();
  return {
    nextPoll,
    async [Symbol.asyncDispose]() {
      await service.close();
      await simulator.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

async function register(url: string): Promise<void> {
  const response = await fetch(`${url}/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ task_id: TASK_ID }),
  });
  if (response.status !== 202) throw new Error(`POST /tasks was answered with ${response.status}`);
}
