import type { ByteBudget } from '../huawei/byte-budget.ts';
import type { TaskSchedule } from '../schedule/task-schedule.ts';
import type { Clock, Log, MetricSink, PendingTaskStore, Segment } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import { createLanes } from './lanes.ts';
import type { Observed, ObserveLimits } from './observe-task.ts';
import { pollTask } from './poll-task.ts';
import type { SettlingRound } from './settle.ts';
import {
  beginJob,
  endJob,
  noteMissed,
  noteNext,
  noteTask,
  noteUnread,
  type Pass,
  type Places,
  type Work,
} from './sweep-pass.ts';
import { emptyReport, type SweepReport } from './sweep-report.ts';
import { createTroubles } from './troubles.ts';

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

/** Tasks that may wait for a place in flight before the next ones are read: they are held in memory. */
const WAITING = 256;
/**
 * Tasks wait no longer than this for a place, and a sweep for its last polls: the next points of other profiles' tasks
 * must not wait for a slow one. The polls in flight go on, and the sweeps that follow leave their tasks out.
 */
const PATIENCE_MS = 10_000;

/** Makes the places of a process, for so many polls of one profile in flight at once. */
export function createPlaces(concurrency: number): Places {
  return { lanes: createLanes({ concurrency, run: pollTask }), underWay: new Map() };
}

/** Makes the sweeper of one window. It holds a page, `WAITING` tasks and the polls in flight in memory. */
export function createSweeper(deps: SweepDeps): Sweeper {
  const work: Work = { deps, ...deps.places, round: deps.startRound(), troubles: createTroubles() };
  const ends: Promise<void>[] = [];
  return {
    async sweep(span) {
      const ended = Promise.withResolvers<void>();
      ends.push(ended.promise);
      const sets = { late: new Set<string>(), slowedDown: new Set<string>() };
      const pass: Pass = { ...work, ...sets, span, report: emptyReport(), jobs: 1, ended };
      await readPages(pass).catch((error: unknown) => noteUnread(pass, error));
      endJob(pass);
      await waitPatiently(pass, ended.promise);
      giveUpWaiting(pass);
      for (const task of pass.underWay.values()) noteNext(pass, task);
      await work.round.finish().catch(work.troubles.add);
      return pass.report;
    },
    async finish() {
      await Promise.all(ends);
      await work.round.finish().catch(work.troubles.add);
      work.troubles.throwAll('tasks or pages not handled');
    },
  };
}

async function readPages(pass: Pass): Promise<void> {
  const { deps, lanes, span } = pass;
  for await (const page of deps.pending.scan(span.segment)) {
    for (const task of page) if (noteTask(pass, task)) startPoll(pass, task);
    if (lanes.waiting() > WAITING) await waitPatiently(pass, lanes.whenWaiting(WAITING));
    if (lanes.waiting() > WAITING) giveUpWaiting(pass);
    if (span.signal?.aborted) break;
  }
}

/** A profile that could not keep up before gets what it has places for: one wait a sweep is enough. */
function startPoll(pass: Pass, task: PendingTask): void {
  const { lanes, late } = pass;
  if (late.has(task.profile) && lanes.isFull(task.profile)) {
    noteMissed(pass, task);
    return;
  }
  beginJob(pass, task);
  lanes.add(task.profile, { pass, task });
}

function giveUpWaiting({ lanes }: Pass): void {
  for (const { pass, task } of lanes.withdraw()) {
    pass.late.add(task.profile);
    noteMissed(pass, task);
    endJob(pass, task);
  }
}

/** Until `event`, `PATIENCE_MS` at most. */
async function waitPatiently({ deps }: Pass, event: Promise<void>): Promise<void> {
  const over = new AbortController();
  void event.then(() => over.abort());
  await deps.clock.sleep(PATIENCE_MS, over.signal);
}
