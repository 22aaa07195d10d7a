import type { PendingTask } from '../tasks/task.ts';
import type { Lanes } from './lanes.ts';
import type { SettlingRound } from './settle.ts';
import type { SweepDeps, SweepSpan } from './sweep.ts';
import { type SweepReport, turnsOf } from './sweep-report.ts';
import type { Troubles } from './troubles.ts';

/** Where polls run, for the sweeps of all windows of a process; only those of the sweep at work wait. */
export type Places = {
  lanes: Lanes<Job>;
  /** Tasks that wait for their place or for their answer. */
  underWay: Map<string, PendingTask>;
};

/** One poll of a sweep. */
export type Job = { pass: Pass; task: PendingTask };

/** What the sweeps of a window share. */
export type Work = Places & { deps: SweepDeps; round: SettlingRound; troubles: Troubles };

/** One sweep. `jobs` are the reading and the polls under way; `ended` resolves when none is left. */
export type Pass = Work & {
  span: SweepSpan;
  report: SweepReport;
  jobs: number;
  ended: PromiseWithResolvers<void>;
  /** Profiles whose tasks have waited for a place in vain. */
  late: Set<string>;
  /** Profiles whose throttling has been logged. */
  slowedDown: Set<string>;
};

/** Counts the task, and says whether it is polled now. */
export function noteTask(pass: Pass, task: PendingTask): boolean {
  const { deps, span, report } = pass;
  report.pending += 1;
  report.oldestAgeMs = Math.max(report.oldestAgeMs, span.nowMs - task.registeredAtMs);
  const pointMs = dueAt(pass, task, span.afterMs);
  if (pointMs > span.nowMs || pass.underWay.has(task.taskId)) {
    noteNext(pass, task);
    return false;
  }
  report.due += 1;
  turnsOf(report, task.profile).due += 1;
  const share = span.shareOf(task.profile);
  if (!span.signal?.aborted && (share >= 1 || deps.random() < share)) return true;
  report.missed += 1;
  noteNext(pass, task);
  return false;
}

/** The next point, or the deadline where that comes first; a deadline that is past is no point any more. */
function dueAt({ deps }: Pass, task: PendingTask, afterMs: number): number {
  const pointMs = deps.schedule.nextPollAt(task, afterMs);
  return task.deadlineAtMs > afterMs ? Math.min(pointMs, task.deadlineAtMs) : pointMs;
}

/** The task stays pending: the next sweep comes at its next point at the latest. */
export function noteNext(pass: Pass, task: PendingTask): void {
  pass.report.nextDueMs = Math.min(pass.report.nextDueMs, dueAt(pass, task, pass.span.nowMs));
}

/** The task was due, and there was no turn for it. */
export function noteMissed(pass: Pass, task: PendingTask): void {
  pass.report.missed += 1;
  turnsOf(pass.report, task.profile).withoutTurn += 1;
  noteNext(pass, task);
}

/** What a page that cannot be read would have held is left to the next run. */
export function noteUnread({ deps, report, troubles }: Pass, error: unknown): void {
  deps.log.error('page not read', { error });
  report.isWhole = false;
  troubles.add(error);
}

/** A poll begins. */
export function beginJob(pass: Pass, task: PendingTask): void {
  pass.jobs += 1;
  pass.underWay.set(task.taskId, task);
}

/** A poll is over, or the reading, which has no task. */
export function endJob(pass: Pass, task?: PendingTask): void {
  if (task) pass.underWay.delete(task.taskId);
  pass.jobs -= 1;
  if (pass.jobs === 0) pass.ended.resolve();
}
