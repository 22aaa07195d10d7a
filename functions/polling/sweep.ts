import type { ApiPublisher } from '../huawei/publish.ts';
import type { ByteBudget } from '../huawei/transport.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { Clock, Log, MetricSink, PendingTaskStore, Segment } from '../tasks/ports.ts';
import type { Asked } from '../tasks/shards.ts';
import type { PendingTask } from '../tasks/task.ts';
import { concludeTask, keepError, noteEnd, noteFault, resultOf } from './conclude-task.ts';
import { type Entry, Line } from './lines.ts';
import { type ObserveDeps, type Observed, observeTask } from './observe-task.ts';
import type { ProfileHealth } from './profile-health.ts';
import { publishImported } from './publish-imported.ts';
import { createTroubles, type SettlingRound } from './settle.ts';

export type SweepDeps = ObserveDeps & {
  pending: PendingTaskStore;
  publisher?: Pick<ApiPublisher, 'publish'>;
  round: SettlingRound;
  schedule: TaskSchedule;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  health: ProfileHealth;
  /** From the holder before: when a poll began after a point that its cursor does not cover. */
  asked: Asked;
  /** Polls of one profile in flight at once. */
  concurrency: number;
  /** For large answers, until they are stored. */
  budget: ByteBudget;
  /** How long results are kept, in milliseconds. */
  retentionMs: number;
};

export type SweepLimits = {
  shard: Segment;
  /** No poll begins after this instant (epoch milliseconds). */
  untilMs: number;
  /** Whether the shard is still ours. */
  mayPoll(): boolean;
  /** No poll begins after it aborts. */
  signal: AbortSignal;
};

/** What one run's sweep has seen and done; `pending` and `oldestAgeMs` are those of the last scan. */
export type SweepCounts = {
  scans: number;
  polled: number;
  /** Those of the polls, retries included. */
  requests: number;
  missed: number;
  pending: number;
  oldestAgeMs: number;
};

/** While a line holds more than it may, a scan reads on only after this wait, once for each line. */
const PATIENCE_MS = 1_000;

/** A first point that is older tells of an outage, after which no task is newer than the others. */
const NEW_MS = 2 * 60_000;

/*
 * The sweep of one run: scan after scan over a shard, and the polls of what they find due. What a scan finds of a task:
 *
 *   not due ──────────────────────────────────────────────► its next point is noted
 *   over, its row not yet removed ────────────────────────► nothing
 *   due, waits or is under way already ───────────────────► the points merge into that one poll
 *   due ─► OPEN: in the line of its profile ─► given up ──► its next point is noted (its points count as covered)
 *                                           ─► polled ────► goes on, or a fault: its next point is noted
 *                                                     ────► over: settled; its row goes with the round
 *
 * Nothing is OPEN any more when the run ends. A task's trouble stops neither the others nor the scans that follow.
 */
export class Sweep {
  readonly counts: SweepCounts = { scans: 0, polled: 0, requests: 0, missed: 0, pending: 0, oldestAgeMs: 0 };
  /** The earliest point after the last scan among the tasks that are not open (epoch milliseconds). */
  nextDueMs = Number.POSITIVE_INFINITY;
  readonly #deps: SweepDeps;
  readonly #limits: SweepLimits;
  readonly #lines = new Map<string, Line>();
  readonly #open = new Map<string, Entry>();
  readonly #over = new Set<string>();
  readonly #asked: Map<string, number>;
  readonly #slowedDown = new Set<string>();
  readonly #cutOff = new AbortController();
  readonly #troubles = createTroubles();
  #idle: PromiseWithResolvers<void> | undefined;
  /** When the last scan began: the points up to it are covered, or open. */
  #scannedMs = 0;

  constructor(deps: SweepDeps, limits: SweepLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#asked = new Map(Object.entries(deps.asked));
  }

  /** Reads the whole shard and lines up what has a point in (`afterMs`, `nowMs`]. False where a page cannot be read. */
  async scan(afterMs: number, nowMs: number): Promise<boolean> {
    this.#scannedMs = nowMs;
    for (const [taskId, askedMs] of this.#asked) if (askedMs <= afterMs) this.#asked.delete(taskId);
    this.nextDueMs = Number.POSITIVE_INFINITY;
    const seen = { pending: 0, oldestAgeMs: 0 };
    const patient = new Set<Line>();
    try {
      for await (const page of this.#deps.pending.scan(this.#limits.shard)) {
        for (const task of page) {
          seen.pending += 1;
          seen.oldestAgeMs = Math.max(seen.oldestAgeMs, nowMs - task.registeredAtMs);
          this.#note(task, afterMs, nowMs);
        }
        await this.#serve(patient);
        if (this.#limits.signal.aborted) return false;
      }
    } catch (error) {
      this.#deps.log.error('pending tasks not read', { error });
      this.#troubles.add(error);
      return false;
    }
    Object.assign(this.counts, seen, { scans: this.counts.scans + 1 });
    return true;
  }

  isIdle(): boolean {
    return this.#open.size === 0;
  }

  /** Resolves when nothing is open any more. */
  async whenIdle(): Promise<void> {
    if (this.isIdle()) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /** Up to here nothing is open: what a dead run's successor has to ask again lies later (epoch milliseconds). */
  settledUntilMs(coveredMs: number): number {
    let least = coveredMs;
    for (const { pointMs } of this.#open.values()) least = Math.min(least, pointMs - 1);
    return least;
  }

  /** What the next holder need not ask again although the cursor does not cover it. */
  asked(): Asked {
    return Object.fromEntries(this.#asked);
  }

  /** Gives up what waits, and what is still under way after `graceMs`; then publishes. Throws what went wrong in all scans. */
  async finish(graceMs: number): Promise<void> {
    for (const line of this.#lines.values()) this.#giveUp(line.withdraw());
    if (!this.isIdle()) {
      const ended = new AbortController();
      const grace = this.#deps.clock.sleep(graceMs, ended.signal).then(() => {
        if (!ended.signal.aborted) this.#cutOff.abort(new DOMException('the run is over', 'TimeoutError'));
      });
      await this.whenIdle();
      ended.abort();
      await grace;
    }
    await this.#deps.round.finish().catch(this.#troubles.add);
  }

  /** Throws what could not be read or handled, so that an alarm can go off. */
  throwTroubles(): void {
    this.#troubles.throwAll('tasks or pages not handled');
  }

  #note(task: PendingTask, afterMs: number, nowMs: number): void {
    if (this.#over.has(task.taskId)) return;
    const open = this.#open.get(task.taskId);
    if (open) {
      open.overdue = this.#overdueOf(task, open.pointMs, nowMs);
      return;
    }
    const pointMs = this.#dueAt(task, Math.max(afterMs, this.#asked.get(task.taskId) ?? 0));
    if (pointMs > nowMs) {
      this.nextDueMs = Math.min(this.nextDueMs, pointMs);
      return;
    }
    const isNew = nowMs - pointMs < NEW_MS && task.heardAtMs === undefined;
    const isFirst = isNew && this.#deps.schedule.countPolls(task, pointMs) <= 1;
    const entry = { task, pointMs, nextMs: pointMs, isFirst, overdue: this.#overdueOf(task, pointMs, nowMs) };
    this.#open.set(task.taskId, entry);
    this.#lineOf(task.profile).add(entry);
  }

  /** The next point, or the deadline where that comes first; a deadline that is past is no point any more. */
  #dueAt(task: PendingTask, afterMs: number): number {
    const pointMs = this.#deps.schedule.nextPollAt(task, afterMs);
    return task.deadlineAtMs > afterMs ? Math.min(pointMs, task.deadlineAtMs) : pointMs;
  }

  #overdueOf(task: PendingTask, pointMs: number, nowMs: number): number {
    const { schedule } = this.#deps;
    const lastMs = task.heardAtMs ?? schedule.previousPollAt(task, pointMs);
    return (nowMs - lastMs) / schedule.intervalAt(nowMs - task.registeredAtMs);
  }

  async #serve(patient: Set<Line>): Promise<void> {
    for (const line of this.#lines.values()) {
      line.sortAgain();
      line.serve();
      for (let waitedMs = 0; line.excess() > 0 && !patient.has(line); waitedMs += 50) {
        if (waitedMs >= PATIENCE_MS) patient.add(line);
        else await this.#deps.clock.sleep(50, this.#limits.signal);
      }
      this.#giveUp(line.withdraw(Math.max(0, line.excess())));
    }
  }

  #lineOf(profile: string): Line {
    const known = this.#lines.get(profile);
    if (known) return known;
    const { concurrency, health, limiterOf } = this.#deps;
    const line = new Line(profile, {
      ...{ concurrency, health, limiterOf, ...this.#limits },
      giveUp: (entries) => this.#giveUp(entries),
      run: (entry) => this.#poll(entry),
    });
    this.#lines.set(profile, line);
    return line;
  }

  /** Polls one task and handles what it learned. Never rejects: a task's trouble is kept with the run's. */
  async #poll(entry: Entry): Promise<void> {
    const { task } = entry;
    const allowance = this.#deps.budget.open();
    try {
      this.#noteAsked(entry);
      const limits = { ...this.#limits, cutOff: this.#cutOff.signal, allowance };
      await this.#handle(entry, await observeTask(this.#deps, task, limits));
    } catch (error) {
      this.#deps.log.error('task not handled', { task_id: task.taskId, error });
      this.#troubles.add(error);
      this.#noteNext(entry);
    } finally {
      allowance.release();
      this.#close(task);
    }
  }

  /** A point between the last scan and the start of a poll belongs to that poll. */
  #noteAsked(entry: Entry): void {
    const nowMs = this.#deps.clock.now();
    if (this.#nextOf(entry) <= nowMs) this.#asked.set(entry.task.taskId, nowMs);
  }

  async #handle(entry: Entry, observed: Observed): Promise<void> {
    const deps = this.#deps;
    const { task } = entry;
    this.counts.polled += 1;
    this.counts.requests += observed.requests;
    if (observed.observation.kind === 'fault') noteFault({ ...deps, slowedDown: this.#slowedDown }, task, observed);
    const nowMs = deps.clock.now();
    const conclusion = concludeTask(deps.pending.asOfNow?.(task) ?? task, observed.observation, nowMs);
    if (conclusion.kind === 'over') {
      const isPublished = task.started?.publish_to !== undefined;
      const over = isPublished ? await publishImported(deps.publisher, { task, over: conclusion, nowMs }) : conclusion;
      if (over.kind === 'later') {
        this.#noteNext(entry);
        return deps.pending.recordError(task.taskId, over.error);
      }
      const isOurs = await deps.round.add(resultOf(task, { ...deps, conclusion: over, nowMs }));
      if (!isOurs) return this.#noteNext(entry);
      this.#over.add(task.taskId);
      return noteEnd(deps, task, { outcome: over.outcome, nowMs });
    }
    this.#noteNext(entry);
    if (conclusion.heard) deps.pending.noteHeard(task.taskId, conclusion.heard);
    await keepError(deps, task, observed.observation);
  }

  #noteNext(entry: Entry): void {
    this.nextDueMs = Math.min(this.nextDueMs, this.#nextOf(entry));
  }

  /** The first point after the last scan, which may be another one by now. */
  #nextOf(entry: Entry): number {
    if (entry.nextMs <= this.#scannedMs) entry.nextMs = this.#dueAt(entry.task, this.#scannedMs);
    return entry.nextMs;
  }

  #giveUp(entries: Entry[]): void {
    this.counts.missed += entries.length;
    for (const entry of entries) {
      this.#noteNext(entry);
      this.#close(entry.task);
    }
  }

  #close({ taskId }: PendingTask): void {
    this.#open.delete(taskId);
    if (this.#open.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
    // What has ended is told at once where nothing more can join the message.
    void this.#deps.round.finish().catch(this.#troubles.add);
  }
}
