import type { Clock, Log, MetricSink, Segment } from './ports.ts';
import type { SweepSpan } from './sweep.ts';
import type { SweepReport, Turns } from './sweep-report.ts';

export type WindowDeps = {
  beginWindow(): void;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  /** Length of a window: a minute where EventBridge Scheduler is the clock. Windows lie on multiples of it. */
  windowMs: number;
  /** Shortest time from one sweep's start to the next, for each one reads the segment. */
  minSweepGapMs: number;
};

export type WindowRequest = {
  segment: Segment;
  /** Nothing new is started after this instant (epoch milliseconds). */
  stopAtMs: number;
  /** Covers the points after this instant, where windows do not follow each other on the clock; default the window's start. */
  afterMs?: number | undefined;
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

/** One sweep; see `sweepSegment`. */
export type Sweep = (span: SweepSpan) => Promise<SweepReport>;

/** Remembers, between the windows of one process, the share of each profile's due tasks that the upstream let through. */
export type PollWindow = (request: WindowRequest, sweep: Sweep) => Promise<WindowReport>;

/** A sweep reads the whole segment, so a long one is read less often: a second's pause for every 10,000 tasks. */
const PENDING_PER_GAP_MS = 10;

/**
 * Covers the poll points of the window that `now` lies in: sweeps, sleeps until the next point, sweeps again, and
 * returns as soon as no task has another point before the window's end. Consecutive windows share no point and leave
 * none out.
 */
export function createPollWindow(deps: WindowDeps): PollWindow {
  const shares = new Map<string, number>();
  const shareOf = (profile: string) => shares.get(profile) ?? 1;
  return async (request, sweep) => {
    const startMs = Math.floor(deps.clock.now() / deps.windowMs) * deps.windowMs;
    const endMs = startMs + deps.windowMs;
    const untilMs = Math.max(request.stopAtMs, deps.clock.now());
    const coveredUntilMs = request.afterMs ?? startMs - 1;
    const total: WindowReport = { sweeps: 0, polled: 0, missed: 0, pending: 0, oldestAgeMs: 0, coveredUntilMs };
    deps.beginWindow();
    while (!request.signal?.aborted) {
      const nowMs = Math.min(deps.clock.now(), endMs - 1);
      const report = await sweep({ ...request, afterMs: total.coveredUntilMs, nowMs, untilMs, shareOf });
      for (const [profile, turns] of report.turns) shares.set(profile, nextShare(turns, shareOf(profile)));
      count(total, report);
      total.coveredUntilMs = nowMs;
      if (report.nextDueMs >= Math.min(endMs, untilMs)) break;
      const gapMs = Math.max(deps.minSweepGapMs, report.pending / PENDING_PER_GAP_MS);
      const againMs = Math.min(Math.max(report.nextDueMs, nowMs + gapMs), endMs - 1);
      await deps.clock.sleep(Math.max(0, againMs - deps.clock.now()), request.signal);
    }
    deps.metrics.add('PendingTasks', total.pending);
    deps.metrics.add('OldestPendingAgeSeconds', total.oldestAgeMs / 1000, 'Seconds');
    deps.metrics.add('SweepCompleted', 1);
    deps.log.info('window covered', total);
    return total;
  };
}

/** When not all due tasks get a turn, the next sweep picks by chance what fits, so that none is always the last. */
function nextShare({ due, polled, withoutTurn }: Turns, share: number): number {
  if (withoutTurn === 0) return Math.min(1, share * 2);
  return Math.max(0.01, Math.min(1, (polled / due) * 1.1));
}

function count(total: WindowReport, report: SweepReport): void {
  total.sweeps += 1;
  total.polled += report.polled;
  total.missed += report.missed;
  total.pending = report.pending;
  total.oldestAgeMs = report.oldestAgeMs;
}
