import type { ByteBudget } from './byte-budget.ts';
import { concludeTask } from './conclude-task.ts';
import { createLanes } from './lanes.ts';
import { keepError, noteEnd, noteFault, type Observing } from './note-poll.ts';
import type { Observed, ObserveLimits } from './observe-task.ts';
import type { Clock, Log, MetricSink, PendingTaskStore, Segment } from './ports.ts';
import { resultOf } from './result-of.ts';
import type { SettlingRound } from './settle.ts';
import { endJob, noteNext, noteTask, noteUnread, type Pass, type Work } from './sweep-pass.ts';
import { emptyReport, type SweepReport, turnsOf } from './sweep-report.ts';
import type { PendingTask } from './task.ts';
import { createTroubles } from './troubles.ts';

/** When a task is due, as pure functions of the task (see `poll-schedule.ts`); times are epoch milliseconds. */
export type TaskSchedule = {
  nextPollAt(task: PendingTask, afterMs: number): number;
  countPolls(task: PendingTask, untilMs: number): number;
  previousPollAt(task: PendingTask, atMs: number): number;
};

export type SweepDeps = {
  pending: PendingTaskStore;
  observe(task: PendingTask, limits: ObserveLimits): Promise<Observed>;
  startRound(): SettlingRound;
  schedule: TaskSchedule;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  /** Polls of one profile in flight at once. */
  concurrency: number;
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

/** Tasks that may wait for a place in flight before the next ones are read: what waits long is dear to collect. */
const WAITING = 256;
/**
 * A sweep waits no longer than this for its last polls, and a poll no longer for its place: the next points of other
 * profiles' tasks must not wait for a slow one. The polls go on, and the sweeps that follow leave their tasks out.
 */
const PATIENCE_MS = 10_000;
const NO_TURN = { kind: 'no_turn' } as const;

/** Makes the sweeper of one window. It holds one page, `WAITING` tasks and the polls in flight in memory. */
export function createSweeper(deps: SweepDeps): Sweeper {
  const lanes = createLanes({ concurrency: deps.concurrency, waiting: WAITING });
  const work: Work = { deps, lanes, round: deps.startRound(), troubles: createTroubles(), underWay: new Set() };
  return {
    async sweep(span) {
      const pass: Pass = { ...work, span, report: emptyReport(), jobs: 1, idle: new AbortController() };
      await startPolls(pass).catch((error: unknown) => noteUnread(pass, error));
      endJob(pass);
      await deps.clock.sleep(PATIENCE_MS, pass.idle.signal);
      await work.round.finish().catch(work.troubles.add);
      return pass.report;
    },
    async finish() {
      await lanes.drained();
      await work.round.finish().catch(work.troubles.add);
      work.troubles.throwAll('tasks or pages not handled');
    },
  };
}

async function startPolls(pass: Pass): Promise<void> {
  const { deps, lanes, span } = pass;
  for await (const page of deps.pending.scan(span.segment)) {
    for (const task of page) {
      if (!noteTask(pass, task)) continue;
      pass.jobs += 1;
      pass.underWay.add(task.taskId);
      const sinceMs = deps.clock.now();
      const accepted = lanes.add(task.profile, () => pollTask(pass, task, sinceMs));
      if (accepted) await accepted;
    }
    if (span.signal?.aborted) break;
  }
}

async function pollTask(pass: Pass, task: PendingTask, sinceMs: number): Promise<void> {
  const { deps, span, report, troubles, underWay } = pass;
  const allowance = deps.budget.open();
  try {
    const { untilMs, signal } = span;
    const isLate = deps.clock.now() - sinceMs > PATIENCE_MS;
    const observed = isLate ? NO_TURN : await deps.observe(task, { untilMs, allowance, signal });
    if (observed.kind === 'observed') return await handleObservation(pass, task, observed);
    report.missed += 1;
    turnsOf(report, task.profile).withoutTurn += 1;
    noteNext(pass, task);
  } catch (error) {
    deps.log.error('task not handled', { task_id: task.taskId, error });
    troubles.add(error);
    noteNext(pass, task);
  } finally {
    allowance.release();
    underWay.delete(task.taskId);
    endJob(pass);
  }
}

async function handleObservation(pass: Pass, task: PendingTask, observed: Observing): Promise<void> {
  const { deps, report } = pass;
  const { observation } = observed;
  report.polled += 1;
  turnsOf(report, task.profile).polled += 1;
  deps.metrics.add('Polls', observed.requests);
  noteFault(deps, task, observed);
  const nowMs = deps.clock.now();
  const conclusion = concludeTask(task, observation, nowMs);
  if (conclusion.kind === 'over') {
    const isOurs = await pass.round.add(resultOf(task, { ...deps, conclusion, nowMs }));
    if (isOurs) noteEnd(deps, task, { outcome: conclusion.outcome, nowMs });
    else noteNext(pass, task);
    return;
  }
  noteNext(pass, task);
  if (conclusion.heard) deps.pending.noteHeard(task.taskId, conclusion.heard);
  await keepError(deps, task, observation);
}
