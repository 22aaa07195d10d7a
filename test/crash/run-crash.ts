import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { startReceiver } from '../channels/webhook/receiver.ts';
import { createMortalService } from './mortal-service.ts';

export type CrashOptions = { kills: number; say(line: string): void };

/** What became of the tasks whose registration was acknowledged. Everything but the first two and `repeats` must be 0. */
export type CrashReport = {
  kills: number;
  tasks: number;
  lost: number;
  /** Another outcome than the simulator gave. */
  wrong: number;
  /** Ids that stand twice in `GET /tasks`, pending and final taken together. */
  doubled: number;
  eventsWithoutDelivery: number;
  /** Ends that were told under two ids. */
  secondIds: number;
  /** Deliveries of an event beyond the first: allowed, under the same id. */
  repeats: number;
};

const API_KEY = 'a-key-for-the-crash-test-alone';
const OUTCOMES = { success: 'succeeded', failure: 'failed', partial: 'partially_succeeded' } as const;
type Ending = keyof typeof OUTCOMES;
type World = { simulator: Simulator; expected: Map<string, string>; hookUrl: string; url(): string | undefined };

/** Registers, ends and tells without a pause while the service is killed; then lets it finish, and counts. */
export async function runCrash({ kills, say }: CrashOptions): Promise<CrashReport> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crash-'));
  const simulator = await startSimulator();
  const receiver = await startReceiver();
  const service = createMortalService(await environmentOf(simulator, dataDir));
  const world: World = { simulator, expected: new Map(), hookUrl: receiver.url, url: service.url };
  const stopping = new AbortController();
  try {
    service.start();
    await service.listening();
    const clients = Array.from({ length: 4 }, (_, n) => registerOn(world, n, stopping.signal));
    for (let kill = 1; kill <= kills; kill++) {
      // Half of them while it starts, when it repairs, reads what was left, and sends it again.
      if (kill % 2 === 0) await service.killAfter(Math.random() * 900, 'start');
      else await service.killAfter(Math.random() * 1_500, 'listening');
      service.start();
      if (kill % 25 === 0) say(`${kill} kills, ${world.expected.size} tasks`);
    }
    const url = await service.listening();
    await delay(1_000);
    stopping.abort();
    await Promise.all(clients);
    await untilAllIsTold(url, world, () => receiver.received.map(({ body }) => idsIn(body).taskId));
    const report = await count(
      { url, say },
      world,
      receiver.received.map(({ body }) => idsIn(body)),
    );
    await service.killAfter(0, 'start');
    return { kills, ...report };
  } finally {
    stopping.abort();
    await receiver[Symbol.asyncDispose]();
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Registers one task after the other until it is stopped; a request that dies with the service is made again. */
async function registerOn({ simulator, expected, hookUrl, url }: World, client: number, signal: AbortSignal) {
  const endings = Object.keys(OUTCOMES) as Ending[];
  for (let n = 0; !signal.aborted; n++) {
    const ending = endings[n % endings.length] ?? 'success';
    const taskId = simulator.control.addTask({
      taskId: `c${client}-${n}`,
      ending,
      processingMs: Math.random() * 2_500,
    });
    while (!signal.aborted) {
      const body = JSON.stringify({ task_id: taskId, callback_url: hookUrl });
      const status = await ask(url(), '/tasks', { method: 'POST', body }).then((answer) => answer?.status);
      if (status === 202 || status === 200) {
        expected.set(taskId, OUTCOMES[ending]);
        break;
      }
      if (status !== undefined && status < 500) throw new Error(`a registration was answered with ${status}`);
      await delay(20);
    }
    await delay(Math.random() * 60);
  }
}

/** Undefined when the service is not there to answer. */
async function ask(url: string | undefined, target: string, init: RequestInit = {}): Promise<Response | undefined> {
  if (url === undefined) return undefined;
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  return fetch(url + target, { ...init, headers, signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
}

/** Longer than the longest time between two polls of an old task. */
const PATIENCE_MS = 6 * 60_000;

/** Returns when everything has ended and arrived, or when nothing has for that long. */
async function untilAllIsTold(url: string, { expected }: World, told: () => string[]): Promise<void> {
  let last = { arrived: 0, atMs: Date.now() };
  while (Date.now() - last.atMs < PATIENCE_MS) {
    const arrived = new Set(told());
    if ([...expected.keys()].every((taskId) => arrived.has(taskId)) && (await list(url, 'pending')).length === 0)
      return;
    if (arrived.size > last.arrived) last = { arrived: arrived.size, atMs: Date.now() };
    await delay(500);
  }
}

type Judge = Pick<CrashOptions, 'say'> & { url: string };

async function count({ url, say }: Judge, { expected }: World, events: { id: string; taskId: string }[]) {
  const outcomes = new Map<string, string | undefined>();
  for (const taskId of expected.keys()) {
    const answer = await ask(url, `/tasks/${taskId}`);
    if (answer?.status === 200) outcomes.set(taskId, ((await answer.json()) as { outcome?: string }).outcome);
  }
  const listed = [...(await list(url, 'pending')), ...(await list(url, 'final'))];
  const idsOf = Map.groupBy(events, ({ taskId }) => taskId);
  const known = [...expected];
  for (const [taskId, outcome] of known) {
    if (outcomes.get(taskId) === outcome && idsOf.has(taskId)) continue;
    const events = idsOf.get(taskId)?.length ?? 0;
    say(`${taskId} should be ${outcome}; ${events} events; ${await (await ask(url, `/tasks/${taskId}`))?.text()}`);
  }
  return {
    tasks: known.length,
    lost: known.filter(([taskId]) => !outcomes.has(taskId) || !listed.includes(taskId)).length,
    wrong: known.filter(([taskId, outcome]) => outcomes.has(taskId) && outcomes.get(taskId) !== outcome).length,
    doubled: listed.length - new Set(listed).size,
    eventsWithoutDelivery: known.filter(([taskId]) => !idsOf.has(taskId)).length,
    secondIds: [...idsOf.values()].filter((all) => new Set(all.map(({ id }) => id)).size > 1).length,
    repeats: events.length - new Set(events.map(({ id }) => id)).size,
  };
}

async function list(url: string, state: 'pending' | 'final'): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const query = `?state=${state}&limit=100${cursor === undefined ? '' : `&cursor=${cursor}`}`;
    const answer = await ask(url, `/tasks${query}`);
    if (answer?.status !== 200) throw new Error(`GET /tasks was answered with ${answer?.status}`);
    const page = (await answer.json()) as { items: { task_id: string }[]; next_cursor?: string };
    ids.push(...page.items.map(({ task_id }) => task_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return ids;
}

function idsIn(body: string): { id: string; taskId: string } {
  const { id, subject } = JSON.parse(body) as { id: string; subject: string };
  return { id, taskId: subject };
}

/** Far more requests a second than Huawei takes: what is tested is the service, and it has little time. */
const REQUESTS_PER_SECOND = 300;

async function environmentOf({ url }: Simulator, dataDir: string): Promise<NodeJS.ProcessEnv> {
  const { projectId: project_id, instanceId: instance_id, ak, sk } = DEFAULT_ACCOUNT;
  const profile = { project_id, instance_id, ak, sk, apig_endpoint: url, requests_per_second: REQUESTS_PER_SECOND };
  const webhook_secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];
  const file = path.join(dataDir, 'profiles.json');
  await writeFile(file, JSON.stringify({ profiles: { default: { ...profile, webhook_secrets } } }));
  return {
    ...{ PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, API_KEYS: API_KEY, POLL_MIN_INTERVAL_MS: '300' },
    HUAWEICLOUD_PROFILES_FILE: file,
  };
}
