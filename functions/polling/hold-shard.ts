import type { Clock } from '../tasks/ports.ts';
import type { ShardProgress } from '../tasks/shards.ts';
import type { Lease } from './lease.ts';
import type { Sweep, SweepCounts } from './sweep.ts';

/** A run goes on while a task is due within this time: cheaper than another run, and less late. */
const LINGER_MS = 1_000;
/** From the start of one scan to the next: points that come meanwhile share one. */
const SCAN_GAP_MS = 500;
/** While polls are under way, so that a slow one delays no registration. */
const SCAN_AT_LEAST_EVERY_MS = 1_000;
/** A scan reads the whole shard, so a long one is read less often: a second's pause for every 10,000 tasks. */
const PENDING_PER_GAP_MS = 10;
/** What polls under way get when the run's time is over. */
const GRACE_MS = 5_000;
/** From so many polls a second on a holder promises to stay awake: then a registration needs no wake. */
const BUSY_PER_SECOND = 3;
/** How long such a promise holds: a renewal and a half. */
const AWAKE_MS = 5_500;

export type HoldDeps = { clock: Clock; lease: Lease; sweep: Sweep };

/** `coveredUntilMs`: every point up to it was asked or given up. `nextDueMs`: infinite where nothing is pending. */
export type HoldReport = SweepCounts & ShardProgress & { isWhole: boolean; nextDueMs: number };

/*
 * One run, from a granted lease on:
 *
 *   SCAN ─► something is open: scan again at the next point, a second after the last scan at the latest
 *     ▲ ─► something is due within a second: scan again then
 *     └──┘─► else, or at `untilMs`, or when the lease is lost, or when a page cannot be read ─► FINISH: give up what
 *            waits, 5 s for what is under way, publish ─► (the caller sends the next wake and releases the lease)
 */
export async function holdShard(deps: HoldDeps, untilMs: number, signal: AbortSignal): Promise<HoldReport> {
  const run = new Run(deps, untilMs, signal);
  deps.lease.keep(() => run.standing());
  await run.scanWhileNeeded();
  await deps.sweep.finish(GRACE_MS);
  return run.report();
}

class Run {
  readonly #deps: HoldDeps;
  readonly #untilMs: number;
  readonly #signal: AbortSignal;
  #coveredMs: number;
  #scannedMs = 0;
  #isWhole = true;
  #awakeUntilMs: number | undefined;
  #renewedAtMs: number;
  #polledAtRenewal = 0;

  constructor(deps: HoldDeps, untilMs: number, signal: AbortSignal) {
    this.#deps = deps;
    this.#untilMs = untilMs;
    this.#signal = signal;
    this.#coveredMs = deps.lease.coveredUntilMs;
    this.#renewedAtMs = deps.clock.now();
  }

  async scanWhileNeeded(): Promise<void> {
    const { clock, sweep, lease } = this.#deps;
    do {
      // The holder before may have had a clock that is ahead of ours: the cursor never goes back.
      const nowMs = Math.max(clock.now(), this.#coveredMs);
      this.#scannedMs = nowMs;
      this.#isWhole = await sweep.scan(this.#coveredMs, nowMs);
      if (!this.#isWhole) return;
      this.#coveredMs = nowMs;
    } while ((await this.#waitForNext()) && lease.mayPoll());
  }

  /** Waits until another scan is worth it; false where the run can end. */
  async #waitForNext(): Promise<boolean> {
    for (;;) {
      const nowMs = this.#deps.clock.now();
      if (this.#signal.aborted || nowMs >= this.#untilMs) return false;
      const scanAtMs = this.#nextScanAt(nowMs);
      if (scanAtMs === undefined) return false;
      if (scanAtMs <= nowMs) return true;
      await this.#sleepUntil(Math.min(scanAtMs, this.#untilMs));
    }
  }

  #nextScanAt(nowMs: number): number | undefined {
    const { sweep } = this.#deps;
    const earliestMs = this.#scannedMs + this.#gapMs();
    const isAwake = !sweep.isIdle() || nowMs < (this.#awakeUntilMs ?? 0);
    if (!isAwake && sweep.nextDueMs > nowMs + LINGER_MS) return undefined;
    const latestMs = isAwake ? this.#scannedMs + SCAN_AT_LEAST_EVERY_MS : Number.POSITIVE_INFINITY;
    return Math.max(earliestMs, Math.min(sweep.nextDueMs, latestMs));
  }

  async #sleepUntil(atMs: number): Promise<void> {
    const { clock, sweep } = this.#deps;
    const woken = new AbortController();
    const onAbort = () => woken.abort();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    if (!sweep.isIdle()) void sweep.whenIdle().then(onAbort);
    await clock.sleep(atMs - clock.now(), woken.signal);
    this.#signal.removeEventListener('abort', onAbort);
  }

  #gapMs(): number {
    return Math.max(SCAN_GAP_MS, this.#deps.sweep.counts.pending / PENDING_PER_GAP_MS);
  }

  /** What is written at a renewal. */
  standing() {
    const { clock, sweep } = this.#deps;
    const nowMs = clock.now();
    const perSecond = ((sweep.counts.polled - this.#polledAtRenewal) * 1_000) / (nowMs - this.#renewedAtMs);
    this.#polledAtRenewal = sweep.counts.polled;
    this.#renewedAtMs = nowMs;
    const awakeUntilMs = nowMs + AWAKE_MS;
    const mayPromise = this.#gapMs() <= SCAN_AT_LEAST_EVERY_MS && awakeUntilMs <= this.#untilMs;
    // A promise that was given is kept, so it is not written shorter either.
    if (perSecond >= BUSY_PER_SECOND && mayPromise) this.#awakeUntilMs = awakeUntilMs;
    return { ...this.progress(), awakeUntilMs: this.#awakeUntilMs };
  }

  progress() {
    const coveredUntilMs = this.#deps.sweep.settledUntilMs(this.#coveredMs);
    return { coveredUntilMs, scannedUntilMs: Math.max(this.#scannedMs, coveredUntilMs) };
  }

  report(): HoldReport {
    const { sweep } = this.#deps;
    return { ...sweep.counts, isWhole: this.#isWhole, ...this.progress(), nextDueMs: sweep.nextDueMs };
  }
}
