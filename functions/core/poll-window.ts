import type { Clock, Log, MetricSink, Segment } from './ports.ts';
import type { SweepReport, SweepSpan } from './sweep.ts';

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
  signal?: AbortSignal;
};

/** `pending` and `oldestAgeMs` are those of the last sweep. */
export type WindowReport = { sweeps: number; polled: number; missed: number; pending: number; oldestAgeMs: number };

/** One sweep; see `sweepSegment`. */
export type Sweep = (span: SweepSpan) => Promise<SweepReport>;

/** Remembers, between the windows of one process, the share of due tasks that the upstream let through. */
export type PollWindow = (request: WindowRequest, sweep: Sweep) => Promise<WindowReport>;

/**
 * Covers the poll points of the window that `now` lies in: sweeps, sleeps until the next point, sweeps again, and
 * returns as soon as no task has another point before the window's end. Consecutive windows share no point and leave
 * none out.
 */
export function createPollWindow(deps: WindowDeps): PollWindow {
  let share = 1;
  return async (request, sweep) => {
    const startMs = Math.floor(deps.clock.now() / deps.windowMs) * deps.windowMs;
    const endMs = startMs + deps.windowMs;
    const untilMs = Math.max(request.stopAtMs, deps.clock.now());
    const total: WindowReport = { sweeps: 0, polled: 0, missed: 0, pending: 0, oldestAgeMs: 0 };
    deps.beginWindow();
    for (let afterMs = startMs - 1; !request.signal?.aborted; ) {
      const nowMs = Math.min(deps.clock.now(), endMs - 1);
      const report = await sweep({ ...request, afterMs, nowMs, untilMs, share });
      share = nextShare(report, share);
      count(total, report);
      afterMs = nowMs;
      if (report.nextDueMs >= Math.min(endMs, untilMs)) break;
      const againMs = Math.min(Math.max(report.nextDueMs, nowMs + deps.minSweepGapMs), endMs - 1);
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
function nextShare({ due, polled, missed }: SweepReport, share: number): number {
  if (missed === 0) return Math.min(1, share * 2);
  return due === 0 ? share : Math.max(0.01, Math.min(1, (polled / due) * 1.1));
}

function count(total: WindowReport, report: SweepReport): void {
  total.sweeps += 1;
  total.polled += report.polled;
  total.missed += report.missed;
  total.pending = report.pending;
  total.oldestAgeMs = report.oldestAgeMs;
}
