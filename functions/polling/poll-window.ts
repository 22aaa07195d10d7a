import type { Clock, Log, MetricSink, Segment } from '../tasks/ports.ts';
import type { Sweeper, SweepReport, Turns } from './sweep.ts';

export type WindowDeps = {
  beginWindow(): void;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  /** Length of a window: a minute where EventBridge Scheduler is the clock. */
  windowMs: number;
  /** Shortest time from one sweep's start to the next, for each one reads the segment. */
  minSweepGapMs: number;
};

export type WindowRequest = {
  segment: Segment;
  /** When the window begins (epoch milliseconds). Default the last multiple of its length. */
  startMs?: number | undefined;
  /** Nothing new is started after this instant (epoch milliseconds). */
  stopAtMs: number;
  /** Covers the points after this instant, where windows do not follow each other on the clock. */
  afterMs?: number | undefined;
  /** Called with `coveredUntilMs` when nothing more is started; what is under way may go on for a while. */
  onCovered?(coveredUntilMs: number): void;
  signal?: AbortSignal;
};

/** `pending` and `oldestAgeMs` are those of the last sweep; every point up to `coveredUntilMs` has had its sweep. */
export type WindowReport = {
  sweeps: number;
  polled: number;
  missed: number;
  pending: number;
  oldestAgeMs: number;
  coveredUntilMs: number;
};

/**
 * Remembers, between the windows of one process, the share of each profile's due tasks that the upstream let through,
 * and how far each segment is covered.
 */
export type PollWindow = (request: WindowRequest, sweeper: Sweeper) => Promise<WindowReport>;

/** A sweep reads the whole segment, so a long one is read less often: a second's pause for every 10,000 tasks. */
const PENDING_PER_GAP_MS = 10;

/**
 * Covers the poll points of one window: sweeps, sleeps until the next point, sweeps again, and returns as soon as no
 * task has another point before the window's end. Consecutive windows share no point and leave none out: a task that was
 * registered after the last sweep of a window has the rest of its points in the next one, where that runs in this process.
 */
export function createPollWindow(deps: WindowDeps): PollWindow {
  const shares = new Map<string, number>();
  const coveredBefore = createCoverage();
  const shareOf = (profile: string) => shares.get(profile) ?? 1;
  const sweepOn = async (request: WindowRequest, sweeper: Sweeper): Promise<Covered> => {
    const startMs = request.startMs ?? Math.floor(deps.clock.now() / deps.windowMs) * deps.windowMs;
    const endMs = startMs + deps.windowMs;
    const untilMs = Math.max(request.stopAtMs, deps.clock.now());
    const afterMs = request.afterMs ?? coveredBefore.untilMs(request.segment, startMs) ?? startMs - 1;
    const covered: Covered = { reports: [], untilMs: afterMs };
    while (!request.signal?.aborted) {
      const nowMs = Math.min(deps.clock.now(), endMs - 1);
      const report = await sweeper.sweep({ ...request, afterMs: covered.untilMs, nowMs, untilMs, shareOf });
      covered.reports.push(report);
      if (!report.isWhole) break;
      covered.untilMs = nowMs;
      for (const [profile, turns] of report.turns) shares.set(profile, nextShare(turns, shareOf(profile)));
      if (report.nextDueMs >= Math.min(endMs, untilMs)) break;
      const gapMs = Math.max(deps.minSweepGapMs, report.pending / PENDING_PER_GAP_MS);
      const againMs = Math.min(Math.max(report.nextDueMs, nowMs + gapMs), endMs - 1);
      await deps.clock.sleep(Math.max(0, againMs - deps.clock.now()), request.signal);
    }
    coveredBefore.note(request.segment, { endMs, untilMs: covered.untilMs });
    return covered;
  };
  return async (request, sweeper) => {
    deps.beginWindow();
    const covered = await sweepOn(request, sweeper);
    request.onCovered?.(covered.untilMs);
    try {
      await sweeper.finish();
    } finally {
      report(deps, covered);
    }
    return windowReport(covered);
  };
}

type Covered = { reports: SweepReport[]; untilMs: number };

/** How far the last window of each segment came; asked for by the one that begins where that one ended. */
function createCoverage() {
  const last = new Map<string, { endMs: number; untilMs: number }>();
  const keyOf = ({ segment, totalSegments }: Segment) => `${segment}/${totalSegments}`;
  return {
    note: (segment: Segment, window: { endMs: number; untilMs: number }) => last.set(keyOf(segment), window),
    untilMs(segment: Segment, startMs: number): number | undefined {
      const before = last.get(keyOf(segment));
      // An older one says nothing: another process has covered the minutes since.
      return before?.endMs === startMs ? before.untilMs : undefined;
    },
  };
}

function report({ metrics, log }: WindowDeps, covered: Covered): void {
  const window = windowReport(covered);
  metrics.add('PendingTasks', window.pending);
  metrics.add('OldestPendingAgeSeconds', window.oldestAgeMs / 1000, 'Seconds');
  if (covered.reports.every(({ isWhole }) => isWhole)) metrics.add('SweepCompleted', 1);
  log.info('window covered', window);
}

function windowReport({ reports, untilMs }: Covered): WindowReport {
  const last = reports.at(-1);
  return {
    sweeps: reports.length,
    polled: reports.reduce((sum, { polled }) => sum + polled, 0),
    missed: reports.reduce((sum, { missed }) => sum + missed, 0),
    pending: last?.pending ?? 0,
    oldestAgeMs: last?.oldestAgeMs ?? 0,
    coveredUntilMs: untilMs,
  };
}

/** When not all due tasks get a turn, the next sweep picks by chance what fits, so that none is always the last. */
function nextShare({ due, polled, withoutTurn }: Turns, share: number): number {
  if (withoutTurn === 0) return Math.min(1, share * 2);
  return Math.max(0.01, Math.min(1, (polled / due) * 1.1));
}
