import { createWakePoller } from '../../functions/http/wake-poller.ts';
import { createPoller, type Poller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE, nextPollAt } from '../../functions/schedule/schedule.ts';
import { createMemoryShardStore } from '../../functions/stores/memory-shard-store.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import type { Clock, PendingTaskStore, Segment } from '../../functions/tasks/ports.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import type { ShardStore, Wake, WakeQueue } from '../../functions/tasks/shards.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { createRandom, type Random } from '../random.ts';
import { drawDurations } from '../schedule/durations.ts';
import { ROW_BYTES, TURNS_PER_SECOND, WORLD } from './assumptions.ts';
import { VirtualTime } from './virtual-time.ts';

/** A deployment's life: `burst` tasks are registered together. */
export type Load = { tasksPerDay: number; burst: number; shards: number; tasks: number; seed: number; kills?: boolean };

/** What was seen of one task; times are milliseconds since its registration, `overMs` when Huawei ended it. */
export type Seen = {
  overMs: number;
  firstPollMs: number;
  /** How long it would have waited for its turn at the profile's rate, if only first polls were asked. */
  queueMs: number;
  noticedMs: number;
  /** When the schedule alone would have noticed it. */
  aloneMs: number;
  polls: number;
  doubles: number;
};

/** What the life took. Seconds are billed ones. */
export type Used = {
  lifeS: number;
  runs: number;
  runSeconds: number;
  messages: number;
  /** Calls of `PublishBatch` to one topic, ten entries at most in each: SNS counts calls. */
  publishes: number;
  /** Without those of a task's own life: its row, its result, and the result's entry in the index. */
  writeUnits: number;
  readUnits: number;
  beats: number;
  killed: number;
  /** Points that a scan passed because the row was not visible yet. */
  missed: number;
};

export type LifeResult = { seen: Seen[]; used: Used };

const NAME = 'default';
const START_MS = Date.UTC(2026, 10, 24);

/** The real poller, settling and wakes over virtual time, with triggers as AWS delivers them. */
export async function live(load: Load): Promise<LifeResult> {
  const time = new VirtualTime(START_MS);
  const random = createRandom(load.seed);
  const world = new World(time, random, load);
  world.startBeats();
  void world.registerAll();
  await time.run(() => world.isOver());
  return world.result();
}

type Row = { task: PendingTask; overAtMs: number; visibleAtMs: number; shard: number; polledAtMs: number; seen: Seen };

class World {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #load: Load;
  readonly #rows = new Map<string, Row>();
  readonly #pending: Set<Row>[];
  readonly #seen: Seen[] = [];
  readonly #shards: ShardStore;
  readonly #idle: { poll: Poller; sinceMs: number }[] = [];
  #turnMs = 0;
  readonly #used = {
    runs: 0,
    runSeconds: 0,
    messages: 0,
    publishes: 0,
    writeUnits: 0,
    readUnits: 0,
    beats: 0,
    killed: 0,
    missed: 0,
  };
  #ended = 0;
  /** Up to the last registration, so that the empty end of a life is not counted. */
  #usedInLife: Used | undefined;

  constructor(time: VirtualTime, random: Random, load: Load) {
    this.#time = time;
    this.#random = random;
    this.#load = load;
    this.#pending = Array.from({ length: load.shards }, () => new Set<Row>());
    this.#shards = this.#countingShards(createMemoryShardStore(), time);
  }

  isOver(): boolean {
    return this.#ended >= this.#load.tasks;
  }

  result(): LifeResult {
    if (this.#usedInLife === undefined) throw new Error('the life has not ended');
    const { missed, killed } = this.#used;
    return { seen: this.#seen, used: { ...this.#usedInLife, missed, killed } };
  }

  startBeats(): void {
    for (let segment = 0; segment < this.#load.shards; segment += 1) {
      const second = this.#random() * 60_000;
      void this.#beat({ segment, totalSegments: this.#load.shards }, second);
    }
  }

  async #beat(shard: Segment, second: number): Promise<void> {
    await this.#time.sleep(second);
    for (;;) {
      this.#used.beats += 1;
      void this.#deliver(() => this.#invoke({ shard }), WORLD.beatLateMs);
      await this.#time.sleep(60_000);
    }
  }

  async registerAll(): Promise<void> {
    const { tasks, tasksPerDay, burst, shards } = this.#load;
    const durations = drawDurations(tasks, this.#load.seed);
    const gapMs = (86_400_000 / tasksPerDay) * burst;
    const wake = createWakePoller({
      shards: this.#shards,
      wakes: this.#wakeQueue(this.#time),
      totalShards: shards,
      clock: this.#time,
      log: SILENT,
    });
    for (let i = 0; i < tasks; i += 1) {
      if (i % burst === 0) await this.#time.sleep(-Math.log(1 - this.#random()) * gapMs);
      void this.#register(i, durations[i] ?? 0, wake);
    }
    this.#usedInLife = { ...this.#used, lifeS: (this.#time.now() - START_MS) / 1_000 };
  }

  async #register(i: number, durationMs: number, wake: (registeredAtMs: number) => Promise<void>): Promise<void> {
    const registeredAtMs = this.#time.now();
    this.#turnMs = Math.max(this.#turnMs + 1_000 / TURNS_PER_SECOND, registeredAtMs);
    const queueMs = this.#turnMs - registeredAtMs;
    const identity = { taskId: `task-${this.#load.seed}-${i}`, instanceId: 'gateway', projectId: 'project' };
    const task = { ...identity, profile: NAME, registeredAtMs, deadlineAtMs: registeredAtMs + 7 * 86_400_000 };
    await this.#time.sleep(this.#between(WORLD.storeMs));
    const aloneMs = nextPollAt(task, registeredAtMs + durationMs - 1, DEFAULT_SCHEDULE) - registeredAtMs;
    const nothing = { firstPollMs: Number.NaN, noticedMs: Number.NaN, polls: 0, doubles: 0 };
    const seen = { overMs: durationMs, aloneMs, queueMs, ...nothing };
    const row = {
      ...{ task, seen, overAtMs: registeredAtMs + durationMs, polledAtMs: 0 },
      shard: i % this.#load.shards,
      visibleAtMs: this.#time.now() + this.#between(WORLD.visibleAfterMs),
    };
    this.#rows.set(task.taskId, row);
    this.#pending[row.shard]?.add(row);
    await wake(registeredAtMs);
  }

  /** Lambda: a warm environment where one is idle, else a cold start; billed until the run ends or is killed. */
  async #invoke({ shard, dueMs }: { shard: Segment; dueMs?: number }): Promise<boolean> {
    const nowMs = this.#time.now();
    while (this.#idle[0] && nowMs - this.#idle[0].sinceMs > WORLD.idleUntilColdMs) this.#idle.shift();
    const warm = this.#idle.pop();
    const life = {
      isDead: false,
      diesAtMs: this.#load.kills && this.#random() < WORLD.killed ? this.#random() * 3_000 : undefined,
    };
    if (life.diesAtMs !== undefined) life.diesAtMs += nowMs;
    this.#used.runs += 1;
    if (!warm) await this.#time.sleep(WORLD.coldStartMs);
    const poll = warm && life.diesAtMs === undefined ? warm.poll : this.#startPoller(life);
    const ended = poll({ shard, dueMs }).then(() => true);
    const killed = life.diesAtMs === undefined ? undefined : this.#dieAt(life.diesAtMs, life);
    const hasEnded = killed ? await Promise.race([ended, killed]) : await ended;
    this.#used.runSeconds += (this.#time.now() - nowMs) / 1_000;
    if (hasEnded) this.#idle.push({ poll, sinceMs: this.#time.now() });
    else this.#used.killed += 1;
    return hasEnded;
  }

  async #dieAt(atMs: number, life: { isDead: boolean }): Promise<false> {
    await this.#time.sleep(atMs - this.#time.now());
    life.isDead = true;
    return false;
  }

  #startPoller(life: { isDead: boolean }): Poller {
    const time = this.#time;
    /** Nothing of a killed run has an effect any more. */
    const living = async <T>(value: T): Promise<T> => (life.isDead ? new Promise<T>(() => {}) : value);
    const clock: Clock = {
      now: () => time.now(),
      sleep: async (ms, signal) => living(await time.sleep(ms, signal)),
    };
    return createPoller({
      pending: this.#pendingStore(clock),
      shards: this.#countingShards(this.#shards, clock, false),
      wakes: this.#wakeQueue(clock),
      query: { poll: (task) => this.#answer(task.taskId, clock) },
      storeResult: async (result) => {
        await clock.sleep(this.#between(WORLD.storeMs));
        return { kind: 'stored', result };
      },
      publishers: [
        {
          publish: async (batch: readonly TaskResult[]) => {
            this.#used.publishes += Math.ceil(batch.length / 10);
            if (batch.length > 0) await clock.sleep(this.#between(WORLD.publishMs));
            return { failed: [] };
          },
        },
      ],
      operatorAlerts: { raise: async () => true },
      profiles: async () => PROFILES,
      schedule: createTaskSchedule(DEFAULT_SCHEDULE),
      ...{ clock, metrics: { add() {} }, log: SILENT },
      settings: { shards: this.#load.shards, concurrency: 64, answerBytes: 2 ** 27, retentionMs: 86_400_000 },
    });
  }

  async #answer(taskId: string, clock: Clock): Promise<Observation> {
    const row = this.#rows.get(taskId);
    if (row === undefined) throw new Error(`a poll of ${taskId}, which is not watched any more`);
    const atMs = this.#time.now();
    const { seen, task } = row;
    seen.polls += 1;
    if (row.polledAtMs > 0 && nextPollAt(task, row.polledAtMs, DEFAULT_SCHEDULE) > atMs) seen.doubles += 1;
    if (seen.polls === 1) seen.firstPollMs = atMs - task.registeredAtMs;
    row.polledAtMs = atMs;
    const isOver = atMs >= row.overAtMs;
    if (isOver) seen.noticedMs = Math.min(seen.noticedMs || Number.POSITIVE_INFINITY, atMs - task.registeredAtMs);
    await clock.sleep(this.#between(WORLD.answerMs));
    return isOver ? OVER : PENDING;
  }

  #pendingStore(clock: Clock): PendingTaskStore {
    const world = this;
    return {
      register: () => Promise.reject(new Error('the poller registers nothing')),
      get: async () => undefined,
      async *scan({ segment }) {
        const beganMs = world.#time.now();
        const rows = world.#pending[segment] ?? new Set<Row>();
        const visible = [...rows].filter((row) => world.#isVisible(row, beganMs));
        world.#used.readUnits += Math.max(0.5, (Math.ceil((visible.length * ROW_BYTES) / 4_096) || 1) * 0.5);
        await clock.sleep(world.#between(WORLD.storeMs));
        if (visible.length > 0) yield visible.map(({ task }) => task);
      },
      recordError: async () => {},
      noteHeard: (taskId, heard) => {
        const row = world.#rows.get(taskId);
        if (row) row.task = { ...row.task, ...heard };
      },
      async remove(taskId) {
        await clock.sleep(world.#between(WORLD.storeMs));
        world.#end(taskId);
        return true;
      },
    };
  }

  /** A scan that does not see a row although its first point has come passes that point for ever. */
  #isVisible(row: Row, beganMs: number): boolean {
    if (row.visibleAtMs <= beganMs) return true;
    if (nextPollAt(row.task, row.task.registeredAtMs, DEFAULT_SCHEDULE) <= beganMs) this.#used.missed += 1;
    return false;
  }

  #end(taskId: string): void {
    const row = this.#rows.get(taskId);
    if (row === undefined) return;
    this.#rows.delete(taskId);
    this.#pending[row.shard]?.delete(row);
    this.#seen.push(row.seen);
    this.#ended += 1;
  }

  #wakeQueue(clock: Clock): WakeQueue {
    return {
      send: async (wake, delayS) => {
        await clock.sleep(this.#between(WORLD.queueMs));
        void this.#sendMessage(wake, delayS * 1_000);
      },
    };
  }

  async #sendMessage(wake: Wake, delayMs: number): Promise<void> {
    this.#used.messages += 1;
    await this.#time.sleep(delayMs);
    await this.#deliver(async () => {
      if (await this.#invoke(wake)) return;
      await this.#time.sleep(WORLD.visibilityMs);
      await this.#invoke(wake);
    }, WORLD.messageLateMs);
  }

  async #deliver(act: () => Promise<unknown>, lateMs: readonly [number, number]): Promise<void> {
    const times = this.#random() < WORLD.deliveredTwice ? 2 : 1;
    for (let time = 0; time < times; time += 1) void this.#time.sleep(this.#between(lateMs)).then(act);
  }

  #countingShards(store: ShardStore, clock: Clock, counts = true): ShardStore {
    const slow = async <T>(act: () => Promise<T>): Promise<T> => {
      await clock.sleep(this.#between(WORLD.storeMs));
      return act();
    };
    const write = <T>(act: () => Promise<T>): Promise<T> => {
      if (counts) this.#used.writeUnits += 1;
      return counts ? act() : slow(act);
    };
    return {
      get: (shard) => {
        if (counts) this.#used.readUnits += 1;
        return counts ? store.get(shard) : slow(() => store.get(shard));
      },
      take: (shard, claim) => write(() => store.take(shard, claim)),
      renew: (shard, id, change) => write(() => store.renew(shard, id, change)),
      release: (shard, id, progress) => write(() => store.release(shard, id, progress)),
    };
  }

  #between([least, most]: readonly [number, number]): number {
    return least + this.#random() * (most - least);
  }
}

const SILENT = { info() {}, warn() {}, error() {} };
const PROFILES = { [NAME]: { project_id: 'project', ak: 'a', sk: 's' } };
const PENDING: Observation = { kind: 'pending', taskStatus: 'processing' };
const OVER: Observation = { kind: 'final', succeeded: true, taskStatus: 'succeed', result: { kind: 'none' } };
