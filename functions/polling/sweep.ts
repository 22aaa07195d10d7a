import type { ByteBudget } from '../huawei/byte-budget.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { Clock, Log, MetricSink, PendingTaskStore, Segment } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import { concludeTask, resultOf } from './conclude-task.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { keepError, noteEnd, noteFault, type Observing } from './note-poll.ts';
import type { Observed, ObserveLimits } from './observe-task.ts';
import type { SettlingRound } from './settle.ts';
import { createTroubles, type Troubles } from './troubles.ts';

export type SweepDeps = {
  pending: PendingTaskStore;
  observe(task: PendingTask, limits: ObserveLimits): Promise<Observed>;
  startRound(): SettlingRound;
  schedule: TaskSchedule;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  /** Where polls run. */
  places: Places;
  /** For the large answers among them, until they are stored. */
  budget: ByteBudget;
  /** How long results are kept, in milliseconds. */
  retentionMs: number;
  random(): number;
};

/** What one sweep covers: the poll points in (`afterMs`, `nowMs`], with no new poll after `untilMs`. */
export type SweepSpan = {
  segment: Segment;
  afterMs: number;
  nowMs: number;
  untilMs: number;
  /** Share of a profile's due tasks to poll, when there are more than its upstream allows; 1 polls all. */
  shareOf(profile: string): number;
  signal?: AbortSignal;
};

/** What became of a profile's due tasks. The rest was left out by chance. */
export type Turns = { due: number; polled: number; withoutTurn: number };

/** What one sweep found and did. */
export type SweepReport = {
  /** False when a page could not be read: nobody knows what the rest of the segment holds. */
  isWhole: boolean;
  pending: number;
  due: number;
  polled: number;
  /** Due, but left out or without a turn before `untilMs`. Their next point comes, because chance picks who is left out. */
  missed: number;
  turns: Map<string, Turns>;
  oldestAgeMs: number;
  /** The earliest poll point after `nowMs` among the tasks that stay pending. */
  nextDueMs: number;
};

/** The report of a sweep that has not begun. */
export function emptyReport(): SweepReport {
  const counts = { pending: 0, due: 0, polled: 0, missed: 0, oldestAgeMs: 0 };
  return { isWhole: true, ...counts, turns: new Map(), nextDueMs: Number.POSITIVE_INFINITY };
}

/** The sweeps of one window. */
export type Sweeper = {
  /**
   * One pass over a segment: every page is read, every due task polled, what is over settled in one round at the end.
   * Never throws: a task's trouble stops neither the others nor the sweeps that follow.
   */
  sweep(span: SweepSpan): Promise<SweepReport>;
  /** Waits for what is still under way; throws what could not be read or handled in all sweeps. */
  finish(): Promise<void>;
};

/** Where polls run, for the sweeps of all windows of a process; only those of the sweep at work wait. */
export type Places = {
  lanes: Lanes<{ sweep: Sweep; task: PendingTask }>;
  /** Tasks that wait for their place or for their answer. */
  underWay: Map<string, PendingTask>;
};

/** Makes the places of a process, for so many polls of one profile in flight at once. */
export function createPlaces(concurrency: number): Places {
  return { lanes: createLanes({ concurrency, run: ({ sweep, task }) => sweep.poll(task) }), underWay: new Map() };
}

/** Makes the sweeper of one window. It holds a page, `WAITING` tasks and the polls in flight in memory. */
export function createSweeper(deps: SweepDeps): Sweeper {
  const work: Work = { deps, ...deps.places, round: deps.startRound(), troubles: createTroubles() };
  const ends: Promise<void>[] = [];
  const settle = () => work.round.finish().catch(work.troubles.add);
  return {
    async sweep(span) {
      const sweep = new Sweep(work, span);
      ends.push(sweep.ended);
      await sweep.run();
      await settle();
      return sweep.report;
    },
    async finish() {
      await Promise.all(ends);
      await settle();
      work.troubles.throwAll('tasks or pages not handled');
    },
  };
}

/** What the sweeps of a window share. */
type Work = Places & { deps: SweepDeps; round: SettlingRound; troubles: Troubles };

/** Tasks that may wait for a place in flight before the next ones are read: they are held in memory. */
const WAITING = 256;
/**
 * Tasks wait no longer than this for a place, and a sweep for its last polls: the next points of other profiles' tasks
 * must not wait for a slow one. The polls in flight go on, and the sweeps that follow leave their tasks out.
 */
const PATIENCE_MS = 10_000;

const NO_TURN = { kind: 'no_turn' } as const;

/*
 * One sweep, and each task that it reads:
 *
 *     READING ──► WAITING for its last polls, PATIENCE_MS at most ──► LEFT: reported ──► ENDED with its last poll
 *
 *     read ─► not due, or under way ──────────────────────────────────► next
 *          ─► due ─► left out by chance, or late ─────────────────────► missed, next
 *                 ─► waits for a place ─► withdrawn, or no turn ──────► missed, next
 *                                      ─► polled ─► goes on, a fault ─► next
 *                                                ─► over ─────────────► settled
 */
class Sweep {
  readonly report = emptyReport();
  readonly ended: Promise<void>;
  readonly #work: Work;
  readonly #span: SweepSpan;
  readonly #end: () => void;
  /** The reading and the polls under way. */
  #jobs = 1;
  /** Profiles whose tasks have waited for a place in vain. */
  readonly #late = new Set<string>();
  /** Profiles whose throttling has been logged. */
  readonly #slowedDown = new Set<string>();

  constructor(work: Work, span: SweepSpan) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#work = work;
    this.#span = span;
    this.ended = promise;
    this.#end = resolve;
  }

  async run(): Promise<void> {
    await this.#readPages().catch((error: unknown) => this.#noteUnread(error));
    this.#endJob();
    await this.#waitPatiently(this.ended);
    this.#giveUpWaiting();
    for (const task of this.#work.underWay.values()) this.#noteNext(task);
  }

  /** Polls one task and handles what it learned. Never rejects: a task's trouble is kept with the window's. */
  async poll(task: PendingTask): Promise<void> {
    const { deps, troubles } = this.#work;
    const { untilMs, signal } = this.#span;
    const allowance = deps.budget.open();
    try {
      const observed = signal?.aborted ? NO_TURN : await deps.observe(task, { untilMs, allowance, signal });
      if (observed.kind === 'observed') await this.#handle(task, observed);
      else this.#noteMissed(task);
    } catch (error) {
      deps.log.error('task not handled', { task_id: task.taskId, error });
      troubles.add(error);
      this.#noteNext(task);
    } finally {
      allowance.release();
      this.#endJob(task);
    }
  }

  async #readPages(): Promise<void> {
    const { deps, lanes } = this.#work;
    for await (const page of deps.pending.scan(this.#span.segment)) {
      for (const task of page) if (this.#isPolledNow(task)) this.#start(task);
      if (lanes.waiting() > WAITING) await this.#waitPatiently(lanes.whenWaiting(WAITING));
      if (lanes.waiting() > WAITING) this.#giveUpWaiting();
      if (this.#span.signal?.aborted) break;
    }
  }

  /** Counts the task, and says whether it is polled now. */
  #isPolledNow(task: PendingTask): boolean {
    const { report } = this;
    const { afterMs, nowMs, shareOf, signal } = this.#span;
    report.pending += 1;
    report.oldestAgeMs = Math.max(report.oldestAgeMs, nowMs - task.registeredAtMs);
    if (this.#dueAt(task, afterMs) > nowMs || this.#work.underWay.has(task.taskId)) {
      this.#noteNext(task);
      return false;
    }
    report.due += 1;
    this.#turnsOf(task).due += 1;
    const share = shareOf(task.profile);
    if (!signal?.aborted && (share >= 1 || this.#work.deps.random() < share)) return true;
    report.missed += 1;
    this.#noteNext(task);
    return false;
  }

  /** The next point, or the deadline where that comes first; a deadline that is past is no point any more. */
  #dueAt(task: PendingTask, afterMs: number): number {
    const pointMs = this.#work.deps.schedule.nextPollAt(task, afterMs);
    return task.deadlineAtMs > afterMs ? Math.min(pointMs, task.deadlineAtMs) : pointMs;
  }

  /** A profile that could not keep up before gets what it has places for: one wait a sweep is enough. */
  #start(task: PendingTask): void {
    const { lanes, underWay } = this.#work;
    if (this.#late.has(task.profile) && lanes.isFull(task.profile)) {
      this.#noteMissed(task);
      return;
    }
    this.#jobs += 1;
    underWay.set(task.taskId, task);
    lanes.add(task.profile, { sweep: this, task });
  }

  #giveUpWaiting(): void {
    for (const { sweep, task } of this.#work.lanes.withdraw()) {
      sweep.#late.add(task.profile);
      sweep.#noteMissed(task);
      sweep.#endJob(task);
    }
  }

  /** Until `event`, `PATIENCE_MS` at most. */
  async #waitPatiently(event: Promise<void>): Promise<void> {
    const over = new AbortController();
    void event.then(() => over.abort());
    await this.#work.deps.clock.sleep(PATIENCE_MS, over.signal);
  }

  async #handle(task: PendingTask, observed: Observing): Promise<void> {
    const { deps, round } = this.#work;
    this.report.polled += 1;
    this.#turnsOf(task).polled += 1;
    deps.metrics.add('Polls', observed.requests);
    noteFault({ ...deps, slowedDown: this.#slowedDown }, task, observed);
    const nowMs = deps.clock.now();
    const conclusion = concludeTask(task, observed.observation, nowMs);
    if (conclusion.kind === 'over') {
      const isOurs = await round.add(resultOf(task, { ...deps, conclusion, nowMs }));
      if (isOurs) noteEnd(deps, task, { outcome: conclusion.outcome, nowMs });
      else this.#noteNext(task);
      return;
    }
    this.#noteNext(task);
    if (conclusion.heard) deps.pending.noteHeard(task.taskId, conclusion.heard);
    await keepError(deps, task, observed.observation);
  }

  /** The task stays pending: the next sweep comes at its next point at the latest. */
  #noteNext(task: PendingTask): void {
    this.report.nextDueMs = Math.min(this.report.nextDueMs, this.#dueAt(task, this.#span.nowMs));
  }

  /** The task was due, and there was no turn for it. */
  #noteMissed(task: PendingTask): void {
    this.report.missed += 1;
    this.#turnsOf(task).withoutTurn += 1;
    this.#noteNext(task);
  }

  /** What a page that cannot be read would have held is left to the next run. */
  #noteUnread(error: unknown): void {
    this.#work.deps.log.error('page not read', { error });
    this.report.isWhole = false;
    this.#work.troubles.add(error);
  }

  #turnsOf({ profile }: PendingTask): Turns {
    const turns = this.report.turns.get(profile) ?? { due: 0, polled: 0, withoutTurn: 0 };
    this.report.turns.set(profile, turns);
    return turns;
  }

  /** A poll is over, or the reading, which has no task. */
  #endJob(task?: PendingTask): void {
    if (task) this.#work.underWay.delete(task.taskId);
    this.#jobs -= 1;
    if (this.#jobs === 0) this.#end();
  }
}
