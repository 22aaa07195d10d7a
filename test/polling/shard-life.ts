import { createPoller, type Poller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE, nextPollAt } from '../../functions/schedule/schedule.ts';
import { createMemoryShardStore } from '../../functions/stores/memory-shard-store.ts';
import type { Clock } from '../../functions/tasks/ports.ts';
import type { ShardStore, Wake } from '../../functions/tasks/shards.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { createMetricSums, createVirtualClock, processing, START_MS, silentLog } from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';
import { profileOf } from './poller-life.ts';

/** What goes wrong in one life: each number decides by its remainder or its size, so that cases shrink to none. */
export type Troubles = {
  /** How late each wake comes beyond its delay, in turn; `lost` ones never, `double` ones twice. Milliseconds. */
  wakes: { lateMs: number; fate: 'once' | 'lost' | 'double' }[];
  /** The same for the beats. */
  beats: { lateMs: number; fate: 'once' | 'lost' | 'double' }[];
  /** By how much the clock of each process is wrong. */
  clocksMs: number[];
  /** After how long each run dies, or sleeps through its time; `none` goes on. */
  runs: { fate: 'none' | 'dies' | 'starves'; afterMs: number }[];
  /** From then on, in milliseconds since the start, nothing dies or starves any more. */
  troubledForMs?: number;
};

export type Poll = { taskId: string; atMs: number; run: number; isAnswered: boolean };

const SHARD = { segment: 0, totalSegments: 1 };
/** A process that is starved does nothing for so long. */
const STARVED_MS = 40_000;

/** One shard over so many minutes: each trigger is a process of its own, all share the stores. */
export async function liveThrough(tasks: PendingTask[], minutes: number, troubles: Troubles, answerMs = 200) {
  const world = createVirtualClock();
  const endMs = START_MS + minutes * 60_000;
  const pending = createMemoryPending(tasks, 1_000);
  const cursors = createMemoryShardStore();
  const polls: Poll[] = [];
  const takes: { run: number; atMs: number }[] = [];
  const covered: number[] = [];
  let runs = 0;
  let wakesSent = 0;

  const startProcess = (): Poller => {
    const run = runs;
    runs += 1;
    const isTroubled = world.now() - START_MS < (troubles.troubledForMs ?? Number.POSITIVE_INFINITY);
    const fate = (isTroubled ? pick(troubles.runs, run) : undefined) ?? { fate: 'none', afterMs: 0 };
    const fromMs = world.now() + fate.afterMs;
    /** A dead process never goes on; a starved one goes on later. */
    const goOn = async () => {
      if (fate.fate === 'dies' && world.now() >= fromMs) await new Promise(() => {});
      if (fate.fate === 'starves' && world.now() >= fromMs && world.now() < fromMs + STARVED_MS)
        await world.sleep(fromMs + STARVED_MS - world.now());
    };
    const living = async <T>(act: () => Promise<T>): Promise<T> => {
      await goOn();
      const done = await act();
      await goOn();
      return done;
    };
    const offsetMs = pick(troubles.clocksMs, run) ?? 0;
    const clock: Clock = {
      now: () => world.now() + offsetMs,
      sleep: (ms, signal) => living(() => world.sleep(ms, signal)),
    };
    return createPoller({
      pending: { ...pending, remove: (taskId) => living(() => pending.remove(taskId)) },
      shards: watched(cursors, living, {
        onTake: () => void takes.push({ run, atMs: world.now() }),
        onCovered: (ms) => void covered.push(ms),
      }),
      wakes: { send: (wake, delayS) => living(async () => sendWake(wake, delayS)) },
      query: {
        poll: (task) =>
          living(async () => {
            const one = { taskId: task.taskId, atMs: world.now(), run, isAnswered: false };
            polls.push(one);
            await world.sleep(answerMs);
            await goOn();
            one.isAnswered = true;
            return processing;
          }),
      },
      storeResult: createMemoryResults().store,
      publishers: [],
      operatorAlerts: { raise: async () => true },
      profiles: async () => ({ default: profileOf(100_000) }),
      schedule: createTaskSchedule(DEFAULT_SCHEDULE),
      ...{ clock, metrics: createMetricSums(), log: silentLog },
      settings: { shards: 1, concurrency: 64, answerBytes: 2 ** 20, retentionMs: 86_400_000 },
    });
  };
  const call = async (dueMs?: number) => {
    if (world.now() < endMs) await startProcess()({ shard: SHARD, dueMs }).catch(() => {});
  };
  const deliver = async (afterMs: number, dueMs?: number) => {
    await world.sleep(afterMs);
    await call(dueMs);
  };
  const arrive = (trouble: Troubles['wakes'][number] | undefined, afterMs: number, dueMs?: number) => {
    const { lateMs, fate } = trouble ?? { lateMs: 200, fate: 'once' };
    if (fate !== 'lost') void deliver(afterMs + lateMs, dueMs);
    if (fate === 'double') void deliver(afterMs + 2 * lateMs, dueMs);
  };
  const sendWake = ({ dueMs }: Wake, delayS: number) => {
    arrive(pick(troubles.wakes, wakesSent), delayS * 1_000, dueMs);
    wakesSent += 1;
  };
  for (let minute = 0; minute < minutes; minute += 1) arrive(pick(troubles.beats, minute), minute * 60_000);
  await world.sleep(minutes * 60_000 + 120_000);
  return { polls, takes, covered, endMs };
}

/** The points of a task in (`fromMs`, `toMs`]. */
export function pointsBetween(task: PendingTask, fromMs: number, toMs: number): number[] {
  const points: number[] = [];
  for (let at = nextPollAt(task, fromMs, DEFAULT_SCHEDULE); at <= toMs; at = nextPollAt(task, at, DEFAULT_SCHEDULE))
    points.push(at);
  return points;
}

function pick<T>(list: T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length];
}

type Living = <T>(act: () => Promise<T>) => Promise<T>;

function watched(
  store: ShardStore,
  living: Living,
  { onTake, onCovered }: { onTake(): void; onCovered(ms: number): void },
): ShardStore {
  const noting = async (write: Promise<boolean>, coveredMs: number) => {
    const isOurs = await write;
    if (isOurs) onCovered(coveredMs);
    return isOurs;
  };
  return {
    get: (shard) => living(() => store.get(shard)),
    take: (shard, claim) =>
      living(async () => {
        const answer = await store.take(shard, claim);
        if (answer.isTaken) onTake();
        return answer;
      }),
    renew: (shard, id, change) => living(() => noting(store.renew(shard, id, change), change.coveredUntilMs)),
    release: (shard, id, progress) => living(() => noting(store.release(shard, id, progress), progress.coveredUntilMs)),
  };
}
