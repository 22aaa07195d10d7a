import { concludeTask } from './conclude-task.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { keepError, noteEnd, noteFault, type Observing } from './note-poll.ts';
import type { Observed, ObserveLimits } from './observe-task.ts';
import type { Clock, Log, MetricSink, PendingTaskStore, Segment } from './ports.ts';
import { resultOf } from './result-of.ts';
import type { SettlingRound } from './settle.ts';
import { emptyReport, type SweepReport, turnsOf } from './sweep-report.ts';
import type { PendingTask } from './task.ts';

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

/** Tasks that may wait for a place in flight before the next ones are read. */
const WAITING = 2_000;
/** A task that has waited this long lets the sweep end: the other profiles' next points must not wait for a slow one. */
const PATIENCE_MS = 10_000;

/**
 * One pass over a segment: every page is read, every due task polled, what is over settled in one round at the end.
 * Holds one page, `WAITING` tasks and the polls in flight in memory. A task's trouble does not stop the others; what the stores could
 * not do is thrown when all is done.
 */
export async function sweepSegment(deps: SweepDeps, span: SweepSpan): Promise<SweepReport> {
  const pass = { deps, span, report: emptyReport(), round: deps.startRound(), troubles: [] as unknown[] };
  const lanes = createLanes({ concurrency: deps.concurrency, waiting: WAITING });
  await startPolls(pass, lanes).catch((error: unknown) => pass.troubles.push(error));
  await lanes.drained();
  await pass.round.finish();
  const { troubles, report } = pass;
  if (troubles.length > 0) throw new AggregateError(troubles, `${troubles.length} tasks or pages not handled`);
  return report;
}

const NO_TURN = { kind: 'no_turn' } as const;

type Pass = { deps: SweepDeps; span: SweepSpan; report: SweepReport; round: SettlingRound; troubles: unknown[] };

async function startPolls(pass: Pass, lanes: Lanes): Promise<void> {
  const { deps, span } = pass;
  for await (const page of deps.pending.scan(span.segment)) {
    for (const task of page) {
      if (!noteTask(pass, task)) continue;
      const sinceMs = deps.clock.now();
      await lanes.add(task.profile, () => pollTask(pass, task, sinceMs));
    }
    if (span.signal?.aborted) break;
  }
}

/** Counts the task, and says whether it is polled now. */
function noteTask({ deps, span, report }: Pass, task: PendingTask): boolean {
  report.pending += 1;
  report.oldestAgeMs = Math.max(report.oldestAgeMs, span.nowMs - task.registeredAtMs);
  const pointMs = Math.min(deps.schedule.nextPollAt(task, span.afterMs), task.deadlineAtMs);
  if (pointMs > span.nowMs) {
    report.nextDueMs = Math.min(report.nextDueMs, pointMs);
    return false;
  }
  report.due += 1;
  turnsOf(report, task.profile).due += 1;
  const share = span.shareOf(task.profile);
  if (!span.signal?.aborted && (share >= 1 || deps.random() < share)) return true;
  report.missed += 1;
  report.nextDueMs = Math.min(report.nextDueMs, deps.schedule.nextPollAt(task, span.nowMs));
  return false;
}

async function pollTask(pass: Pass, task: PendingTask, sinceMs: number): Promise<void> {
  const { deps, span, report } = pass;
  try {
    const { untilMs, signal } = span;
    const isLate = deps.clock.now() - sinceMs > PATIENCE_MS;
    const observed = isLate ? NO_TURN : await deps.observe(task, { untilMs, ...(signal && { signal }) });
    if (observed.kind === 'no_turn') {
      report.missed += 1;
      turnsOf(report, task.profile).withoutTurn += 1;
      return;
    }
    report.polled += 1;
    turnsOf(report, task.profile).polled += 1;
    deps.metrics.add('Polls', observed.requests);
    await handleObservation(pass, task, observed);
  } catch (error) {
    deps.log.error('task not handled', { task_id: task.taskId, error });
    pass.troubles.push(error);
  }
}

async function handleObservation(pass: Pass, task: PendingTask, observed: Observing) {
  const { deps, span, report } = pass;
  const { observation } = observed;
  noteFault(deps, task, observed);
  const nowMs = deps.clock.now();
  const conclusion = concludeTask(task, observation, nowMs);
  if (conclusion.kind === 'over') {
    const isOurs = await pass.round.add(resultOf(task, { ...deps, conclusion, nowMs }));
    if (isOurs) noteEnd(deps, task, { outcome: conclusion.outcome, nowMs });
    return;
  }
  report.nextDueMs = Math.min(report.nextDueMs, deps.schedule.nextPollAt(task, span.nowMs), task.deadlineAtMs);
  if (conclusion.heard) deps.pending.noteHeard(task.taskId, conclusion.heard);
  await keepError(deps, task, observation);
}
