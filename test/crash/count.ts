import { setTimeout as delay } from 'node:timers/promises';
import type { Received } from '../channels/webhook/receiver.ts';
import { ask, type Start, titleOf, tryStart, type World } from './clients.ts';

/** What became of the tasks that were acknowledged, and of the starts. What is not said to be allowed must be 0. */
export type Counts = {
  /** Acknowledged. Allowed. */
  tasks: number;
  lost: number;
  /** Another outcome than the simulator gave. */
  wrong: number;
  /** Ids that stand twice in `GET /tasks`, pending and final taken together. */
  doubled: number;
  eventsWithoutDelivery: number;
  /** Ends that were told under two ids. */
  secondIds: number;
  /** Idempotency keys that were used. Allowed. */
  starts: number;
  /** Imports that nobody knows the end of, and whose callers are told where to look. Allowed. */
  reported: number;
  keysWithTwoTasks: number;
  importsBegunTwice: number;
  /** Starts that were answered with a task which has not ended, or not under one id. */
  answeredWithoutResult: number;
  /** Starts that have neither a task nor, if they began, a report that names their group. */
  unansweredUnresolved: number;
  /** Deliveries of an event beyond the first. Allowed, under the same id. */
  repeats: number;
};

/** The ids in what a webhook received so far. */
export function createEvents(received: readonly Received[]) {
  const idsOf = new Map<string, string[]>();
  let read = 0;
  return () => {
    for (; read < received.length; read++) {
      const { id, subject } = JSON.parse(received[read]?.body ?? '') as { id: string; subject: string };
      idsOf.set(subject, [...(idsOf.get(subject) ?? []), id]);
    }
    return idsOf;
  };
}

type Events = ReturnType<typeof createEvents>;
type Listed = { task_id: string; label?: string };

/** Longer than the longest time between two polls of an old task. */
const PATIENCE_MS = 6 * 60_000;

/** Returns when everything has ended and arrived, or when nothing has for that long. */
export async function untilAllIsTold(url: string, { expected }: World, events: Events): Promise<void> {
  let last = { arrived: 0, atMs: Date.now() };
  while (Date.now() - last.atMs < PATIENCE_MS) {
    const arrived = events();
    if ([...expected.keys()].every((taskId) => arrived.has(taskId)) && (await list(url, 'pending')).length === 0)
      return;
    if (arrived.size > last.arrived) last = { arrived: arrived.size, atMs: Date.now() };
    await delay(500);
  }
}

/** Asks again for the starts without an answer, as their callers would: by now nobody is dead who called Huawei. */
export async function resolveStarts(url: string, world: World): Promise<void> {
  const watched = new Set((await listAll(url)).map(({ label }) => label));
  for (const start of world.starts) {
    if (start.taskIds.size > 0 || start.unknown || watched.has(start.key)) continue;
    for (let n = 0; n < 20 && !(await tryStart(world, start)); n++) await delay(500);
  }
}

type Judge = { url: string; begunImports: Map<string, number>; events: Events; say(line: string): void };

export async function count(world: World, { url, begunImports, events, say }: Judge): Promise<Counts> {
  const outcomes = new Map<string, string | undefined>();
  for (const taskId of world.expected.keys()) {
    const answer = await ask(url, `/tasks/${taskId}`);
    if (answer?.status === 200) outcomes.set(taskId, ((await answer.json()) as { outcome?: string }).outcome);
  }
  const all = await listAll(url);
  const listed = all.map(({ task_id }) => task_id);
  const idsOf = events();
  const known = [...world.expected];
  for (const [taskId, outcome] of known) {
    if (outcomes.get(taskId) === outcome && idsOf.has(taskId)) continue;
    const told = idsOf.get(taskId)?.length ?? 0;
    say(`${taskId} should be ${outcome}; ${told} events; ${await (await ask(url, `/tasks/${taskId}`))?.text()}`);
  }
  const isTwo = (ids: readonly string[]) => new Set(ids).size > 1;
  const delivered = [...idsOf.values()];
  return {
    tasks: known.length,
    lost: known.filter(([taskId]) => !outcomes.has(taskId) || !listed.includes(taskId)).length,
    wrong: known.filter(([taskId, outcome]) => outcomes.has(taskId) && outcomes.get(taskId) !== outcome).length,
    doubled: listed.length - new Set(listed).size,
    eventsWithoutDelivery: known.filter(([taskId]) => !idsOf.has(taskId)).length,
    secondIds: delivered.filter(isTwo).length,
    ...countStarts(world.starts, { all, idsOf, outcomes, begunImports, say }),
    repeats: delivered.reduce((sum, ids) => sum + ids.length - new Set(ids).size, 0),
  };
}

type Seen = Pick<Judge, 'begunImports' | 'say'> & {
  all: Listed[];
  idsOf: Map<string, string[]>;
  outcomes: Map<string, string | undefined>;
};

function countStarts(starts: Start[], { all, idsOf, outcomes, begunImports, say }: Seen) {
  const labelled = Map.groupBy(all, ({ label }) => label);
  const tasksOf = ({ key, taskIds }: Start) =>
    new Set([...taskIds, ...(labelled.get(key) ?? []).map(({ task_id }) => task_id)]);
  const hasEnded = (taskId: string) =>
    outcomes.get(taskId) === 'succeeded' && new Set(idsOf.get(taskId) ?? []).size === 1;
  const isReported = ({ key, unknown }: Start) =>
    unknown !== undefined && (!begunImports.has(titleOf(key)) || unknown.groupId !== undefined);
  const unresolved = starts.filter((start) => tasksOf(start).size === 0 && !isReported(start));
  for (const start of unresolved) say(`nobody knows of ${start.key}: ${JSON.stringify(start.unknown ?? 'no answer')}`);
  return {
    starts: starts.length,
    reported: starts.filter((start) => tasksOf(start).size === 0 && isReported(start)).length,
    keysWithTwoTasks: starts.filter((start) => tasksOf(start).size > 1).length,
    importsBegunTwice: [...begunImports.values()].filter((times) => times > 1).length,
    answeredWithoutResult: starts.filter(({ taskIds }) => [...taskIds].some((taskId) => !hasEnded(taskId))).length,
    unansweredUnresolved: unresolved.length,
  };
}

async function listAll(url: string): Promise<Listed[]> {
  return [...(await list(url, 'pending')), ...(await list(url, 'final'))];
}

async function list(url: string, state: 'pending' | 'final'): Promise<Listed[]> {
  const listed: Listed[] = [];
  let cursor: string | undefined;
  do {
    const query = `?state=${state}&limit=100${cursor === undefined ? '' : `&cursor=${cursor}`}`;
    const answer = await ask(url, `/tasks${query}`);
    if (answer?.status !== 200) throw new Error(`GET /tasks was answered with ${answer?.status}`);
    const page = (await answer.json()) as { items: Listed[]; next_cursor?: string };
    listed.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return listed;
}
