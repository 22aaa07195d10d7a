import { setTimeout as delay } from 'node:timers/promises';
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Simulator } from '../../simulator/simulator.ts';

export const API_KEY = 'a-key-for-the-crash-test-alone';
const OUTCOMES = { success: 'succeeded', failure: 'failed', partial: 'partially_succeeded' } as const;
type Ending = keyof typeof OUTCOMES;

/** One key, and what its requests were answered with. */
export type Start = {
  key: string;
  kind: 'import' | 'export';
  /** Of all answers. */
  taskIds: Set<string>;
  /** The answer was that nobody knows whether the import runs, with the group that shows it, if one was found. */
  unknown?: { groupId: string | undefined };
};

export type World = {
  simulator: Simulator;
  /** The outcome of each task that was acknowledged. */
  expected: Map<string, string>;
  starts: Start[];
  hookUrl: string;
  /** Where the service listens; undefined while it does not. */
  url(): string | undefined;
};

/** Undefined when the service is not there to answer. */
export async function ask(
  url: string | undefined,
  target: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
): Promise<Response | undefined> {
  if (url === undefined) return undefined;
  const headers = { authorization: `Bearer ${API_KEY}`, ...init.headers };
  return fetch(url + target, { ...init, headers, signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
}

const JSON_BODY = { 'content-type': 'application/json' };

/** Registers one task after the other until it is stopped; a request that dies with the service is made again. */
export async function registerOn({ simulator, expected, hookUrl, url }: World, client: number, signal: AbortSignal) {
  const endings = Object.keys(OUTCOMES) as Ending[];
  for (let n = 0; !signal.aborted; n++) {
    const ending = endings[n % endings.length] ?? 'success';
    const processingMs = Math.random() * 2_500;
    const taskId = simulator.control.addTask({ taskId: `c${client}-${n}`, ending, processingMs });
    const body = JSON.stringify({ task_id: taskId, callback_url: hookUrl });
    while (!signal.aborted) {
      const answer = await ask(url(), '/tasks', { method: 'POST', body, headers: JSON_BODY });
      if (answer?.ok) {
        expected.set(taskId, OUTCOMES[ending]);
        break;
      }
      if (answer && answer.status < 500) throw new Error(`a registration was answered with ${answer.status}`);
      await delay(20);
    }
    await delay(Math.random() * 60);
  }
}

/** Starts imports and exports, each under a key; of two whose answer is lost, one is asked for again at once. */
export async function startOn(world: World, client: number, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const start: Start = { key: `s${client}-${n}`, kind: n % 3 === 2 ? 'export' : 'import', taskIds: new Set() };
    world.starts.push(start);
    const isPatient = n % 2 === 0;
    while (!(await tryStart(world, start)) && isPatient && !signal.aborted) await delay(20);
    await delay(Math.random() * 100);
  }
}

/** Whether the start was answered, with its task or with the news that it is not known. */
export async function tryStart(world: World, start: Start): Promise<boolean> {
  const answer = await ask(world.url(), `/${start.kind}s`, requestOf(start, world.hookUrl));
  const body = (await answer?.json().catch(() => undefined)) as Record<string, string> | undefined;
  if (answer === undefined || body === undefined) return false;
  if (answer.ok) {
    start.taskIds.add(String(body.task_id));
    world.expected.set(String(body.task_id), 'succeeded');
    return true;
  }
  if (body.type?.endsWith('start-unknown')) {
    start.unknown = { groupId: body.group_id };
    return true;
  }
  const isPassing = answer.status >= 500 || body.type?.endsWith('start-under-way');
  if (!isPassing) throw new Error(`a start was answered with ${answer.status}: ${body.detail}`);
  return false;
}

function requestOf({ key, kind }: Start, hookUrl: string): RequestInit & { headers: Record<string, string> } {
  const headers = { 'idempotency-key': key };
  const ours = { label: key, callback_url: hookUrl };
  if (kind === 'export') {
    const body = JSON.stringify({ group_id: SMALL_GROUP_ID, env_id: RELEASE_ENVIRONMENT_ID, ...ours });
    return { method: 'POST', body, headers: { ...headers, ...JSON_BODY } };
  }
  const mock = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
  const document = { swagger: '2.0', info: { title: titleOf(key) }, paths: { '/a': { get: mock } } };
  const body = new FormData();
  for (const [name, value] of Object.entries(ours)) body.set(name, value);
  body.set('file_name', new File([JSON.stringify(document)], 'api.json'));
  return { method: 'POST', body, headers };
}

/** Of the file of an import: one that the gateway can name a group after. */
export function titleOf(key: string): string {
  return `import-${key}`;
}
