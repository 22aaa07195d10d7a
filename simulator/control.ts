import { RELEASE_ENVIRONMENT_ID } from './defaults.ts';
import type { FaultRule } from './faults.ts';
import type { GroupSeed } from './gateway.ts';
import type { Stats } from './stats.ts';
import { type Ending, presetEnd, statusAt, type TaskEnd, type TaskType } from './tasks.ts';
import type { World } from './world.ts';

/** A task that nobody started. Without project and gateway: those of the first account. */
export type TaskSeed = {
  taskId?: string;
  projectId?: string;
  instanceId?: string;
  /** Default `import_api`. */
  taskType?: TaskType;
  /** Default 0: it is processing, or over, at once. */
  waitingMs?: number;
  processingMs?: number;
  /** `never`: it stays in processing. Default `success`. */
  ending?: Ending | 'never';
  /** Of an export's document; default 300. */
  documentBytes?: number;
  /** The last `task_status` and `task_result`, verbatim, whatever they are. */
  taskStatus?: string;
  taskResult?: string;
};

/** Many tasks at once, `{prefix}{number of 8 digits}`, that take between min and max, evenly spread. */
export type BulkSeed = Omit<TaskSeed, 'taskId' | 'waitingMs' | 'processingMs'> & {
  count: number;
  /** Default `task-`. */
  prefix?: string;
  minDurationMs?: number;
  maxDurationMs?: number;
};

export type BulkReport = { count: number; first: string; last: string };
export type TaskState = { taskId: string; taskType: TaskType; status: string; polls: number };

/** What tests and benchmarks may do to a simulator; the HTTP control route calls the same. */
export class SimulatorControl {
  readonly environmentId = RELEASE_ENVIRONMENT_ID;
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Returns the task's id. */
  addTask(seed: TaskSeed = {}): string {
    return this.put(seed, this.endOf(seed));
  }

  /** All share one result, so that hundreds of thousands cost little. */
  addTasks(seed: BulkSeed): BulkReport {
    const { count, prefix = 'task-', minDurationMs = 0, maxDurationMs = minDurationMs, ...shared } = seed;
    const end = this.endOf(shared);
    const idOf = (index: number): string => prefix + String(index).padStart(8, '0');
    for (let index = 0; index < count; index++) {
      const durationMs = minDurationMs + (maxDurationMs - minDurationMs) * spread(index);
      const waitingMs = Math.floor(durationMs / 4);
      this.put({ ...shared, taskId: idOf(index), waitingMs, processingMs: Math.floor(durationMs) - waitingMs }, end);
    }
    return { count, first: idOf(0), last: idOf(Math.max(0, count - 1)) };
  }

  task(taskId: string): TaskState | undefined {
    const task = this.world.tasks.get(taskId);
    if (!task) return undefined;
    const { taskType, polls } = task;
    return { taskId, taskType, polls, status: statusAt(task, this.world.options.clock.now()) };
  }

  /** False where there is no such task. */
  removeTask(taskId: string): boolean {
    return this.world.tasks.remove(taskId);
  }

  clearTasks(): void {
    this.world.tasks.clear();
  }

  /** A group full of APIs, for exports. Returns its id; undefined when the gateway is unknown. */
  addGroup(seed: GroupSeed, instanceId = this.home().instanceId): string | undefined {
    return this.world.gateways.get(instanceId)?.seed(seed, this.world.options.clock.now());
  }

  /** Returns the rule's id. */
  setFault(rule: FaultRule): string {
    return this.world.faults.add(rule);
  }

  /** False where there is no such rule, or it was used up. */
  removeFault(id: string): boolean {
    return this.world.faults.remove(id);
  }

  clearFaults(): void {
    this.world.faults.clear();
  }

  /** Undefined takes the limit away. */
  setRateLimit(perSecond: number | undefined, projectId = this.home().projectId): void {
    this.world.rateLimit.set(projectId, perSecond);
  }

  /** Whether a start is refused with 409 APIG.3718 while another task of its gateway runs. */
  setOneTaskAtATime(isOn: boolean): void {
    this.world.options.isOneTaskAtATime = isOn;
  }

  revokeTokens(): void {
    this.world.tokens.revokeAll();
  }

  clearLockouts(): void {
    this.world.iam.lockout.clear();
    this.world.accessKeys.lockout.clear();
  }

  stats(): Stats {
    return this.world.stats.read();
  }

  resetStats(): void {
    this.world.stats.reset();
  }

  /** Tasks, faults, limits, lock-outs and counters; tokens and groups stay. */
  reset(): void {
    this.clearTasks();
    this.clearFaults();
    this.clearLockouts();
    this.setOneTaskAtATime(false);
    this.resetStats();
    this.world.rateLimit.reset();
  }

  private put(seed: TaskSeed, end: TaskEnd): string {
    const { taskType = 'import_api', waitingMs = 0, processingMs = 0, ending } = seed;
    const { projectId = this.home().projectId, instanceId = this.home().instanceId } = seed;
    return this.world.tasks.add({
      ...(seed.taskId !== undefined && { taskId: seed.taskId }),
      projectId,
      instanceId,
      taskType,
      waitingMs,
      processingMs: ending === 'never' ? Number.POSITIVE_INFINITY : processingMs,
      end,
      nowMs: this.world.options.clock.now(),
    });
  }

  private endOf(seed: TaskSeed): TaskEnd {
    const { taskType = 'import_api', ending = 'success', documentBytes = 300 } = seed;
    const { successStatus, exportSpelling } = this.world.options;
    const kind = ending === 'never' ? 'success' : ending;
    const preset = presetEnd({ taskType, ending: kind, documentBytes, successStatus, exportSpelling });
    return { status: seed.taskStatus ?? preset.status, result: seed.taskResult ?? preset.result };
  }

  private home(): { projectId: string; instanceId: string } {
    const [account] = this.world.options.accounts;
    return { projectId: account?.projectId ?? '', instanceId: account?.instanceIds[0] ?? '' };
  }
}

const GOLDEN_RATIO = 0.618_033_988_749_895;
/** Evenly spread over [0, 1) and the same at every run, whatever the count. */
const spread = (index: number): number => (index * GOLDEN_RATIO) % 1;
