import { randomUUID } from 'node:crypto';
import type { Clock, Log, Segment } from '../tasks/ports.ts';
import type { Asked, ShardProgress, ShardStore } from '../tasks/shards.ts';
import type { Sweep, SweepCounts } from './sweep.ts';

/** What calls the poller: a schedule, once a minute and shard, or a message for a point that is due. */
export type Trigger = { shard: Segment; dueMs?: number | undefined };

/** What a holder that expects to be busy promises from the start; see `ShardRow`. */
export type Promised = { awakeForMs?: number };

type LeaseDeps = { shards: ShardStore; clock: Clock; log: Log };

const LEASE_MS = 20_000;
const RENEW_EVERY_MS = 4_000;
/** No poll begins so shortly before the lease ends: its answer should come while the shard is still ours. */
const MARGIN_MS = 5_000;

/** What a holder says of itself at a renewal. */
export type Standing = ShardProgress & { awakeUntilMs?: number | undefined };

export type Lease = {
  /** Where the holder before came to (epoch milliseconds). */
  coveredUntilMs: number;
  /** What was promised with the claim. */
  awakeUntilMs: number | undefined;
  /** What it had asked beyond that. */
  asked: Asked;
  /** Checked before every poll: a process that was starved may have slept through its renewals. */
  mayPoll(): boolean;
  /** Renews the lease every four seconds from now on. */
  keep(standing: () => Standing): void;
  /** Ends it; the progress counts only where the lease is still ours. */
  release(progress: ShardProgress & { asked?: Asked }): Promise<void>;
};

/** Why there is nothing to do: the point is covered or will be, or its wake has to come again. */
export type Refusal = 'covered' | 'held' | 'later';

/*
 *             trigger (a beat, or a wake for a point that is not covered) : put the lease if none is in force
 *   FREE ─────────────────────────────────────────────────────────────────────────────► HELD (id, until)
 *    ▲                                                                                    │ every 4 s, if the id is
 *    │ send the next wake, then release if the id is still ours                           │ still ours: until + 20 s
 *    └────────────────────────────────────────────────────────────────────────────────────┘
 *   HELD, until is past (its holder died) ── the next trigger takes it as if it were FREE, from what is covered
 */
export async function takeLease(
  deps: LeaseDeps,
  { shard, dueMs }: Trigger,
  { awakeForMs }: Promised = {},
): Promise<Lease | Refusal> {
  const { shards, clock } = deps;
  const leaseId = randomUUID();
  const nowMs = clock.now();
  const leaseUntilMs = nowMs + LEASE_MS;
  const awakeUntilMs = awakeForMs === undefined ? undefined : nowMs + awakeForMs;
  const { isTaken, row } = await shards.take(shard, { leaseId, nowMs, leaseUntilMs, dueMs, awakeUntilMs });
  const coveredUntilMs = row?.coveredUntilMs ?? 0;
  const asked = row?.asked ?? {};
  if (isTaken) return new HeldLease(deps, shard, { leaseId, leaseUntilMs, coveredUntilMs, awakeUntilMs, asked });
  if (dueMs === undefined) return 'held';
  return Math.max(row?.scannedUntilMs ?? 0, coveredUntilMs) >= dueMs ? 'covered' : 'later';
}

type Grant = Pick<Lease, 'coveredUntilMs' | 'awakeUntilMs' | 'asked'> & { leaseId: string; leaseUntilMs: number };

class HeldLease implements Lease {
  readonly coveredUntilMs: number;
  readonly awakeUntilMs: number | undefined;
  readonly asked: Asked;
  readonly #deps: LeaseDeps;
  readonly #shard: Segment;
  readonly #id: string;
  readonly #released = new AbortController();
  #untilMs: number;
  #renewing: Promise<void> = Promise.resolve();

  constructor(deps: LeaseDeps, shard: Segment, { leaseId, leaseUntilMs, coveredUntilMs, awakeUntilMs, asked }: Grant) {
    this.#deps = deps;
    this.#shard = shard;
    this.#id = leaseId;
    this.#untilMs = leaseUntilMs;
    this.coveredUntilMs = coveredUntilMs;
    this.awakeUntilMs = awakeUntilMs;
    this.asked = asked;
  }

  mayPoll(): boolean {
    return this.#deps.clock.now() <= this.#untilMs - MARGIN_MS;
  }

  keep(standing: () => Standing): void {
    this.#renewing = this.#renewUntilReleased(standing);
  }

  async release(progress: ShardProgress & { asked?: Asked }): Promise<void> {
    this.#released.abort();
    await this.#renewing;
    const isOurs = await this.#deps.shards.release(this.#shard, this.#id, progress);
    if (!isOurs) this.#deps.log.warn('the shard has another holder by now', { shard: this.#shard.segment });
  }

  async #renewUntilReleased(standing: () => Standing): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#released;
    for (;;) {
      await clock.sleep(RENEW_EVERY_MS, signal);
      if (signal.aborted) return;
      try {
        if (!(await this.#renew(standing()))) return;
      } catch (error) {
        log.warn('lease not renewed, will be tried again', { error });
      }
    }
  }

  /** False where the lease is another's: then no poll may begin any more. */
  async #renew(standing: Standing): Promise<boolean> {
    const leaseUntilMs = this.#deps.clock.now() + LEASE_MS;
    const isOurs = await this.#deps.shards.renew(this.#shard, this.#id, { ...standing, leaseUntilMs });
    this.#untilMs = isOurs ? leaseUntilMs : Number.NEGATIVE_INFINITY;
    return isOurs;
  }
}

/** A run goes on while a task is due within this time: cheaper than another run, and less late. */
const LINGER_MS = 1_000;
/** From the start of one scan to the next: points that come meanwhile share one. */
const SCAN_GAP_MS = 500;
/** While polls are under way, so that a slow one delays no registration of a short shard. */
const SCAN_AT_LEAST_EVERY_MS = 1_000;
/** A scan reads the whole shard: a long one is read less often, so that it is no more than so many rows on average. */
const ROWS_PER_MS = 2;
/** What polls under way get when the run's time is over. */
const GRACE_MS = 5_000;
/** From so many polls a second of all shards on a holder promises to stay awake: then a registration needs no wake. */
const BUSY_PER_SECOND = 3;
/** How long such a promise holds: a renewal and a half. */
export const AWAKE_MS = 5_500;

export type HoldDeps = {
  clock: Clock;
  lease: Lease;
  sweep: Sweep;
  totalShards: number;
  /** The point of the wake that began the run: it may come before the row can be seen. */
  dueMs?: number | undefined;
};

/** `coveredUntilMs`: every point up to it was asked or given up. `nextDueMs`: infinite where nothing is pending. */
export type HoldReport = SweepCounts &
  ShardProgress & { isWhole: boolean; nextDueMs: number; isBusy: boolean; asked: Asked };

/*
 * One run, from a granted lease on:
 *
 *   SCAN ─► something is open: scan again at the next point, a second after the last scan at the latest (where the
 *     │     shard is long, not sooner than a second for each 2,000 rows)
 *     ▲ ─► something is due within a second, or the wake's own point lies ahead: scan again then
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
  #isBusy = false;

  constructor(deps: HoldDeps, untilMs: number, signal: AbortSignal) {
    this.#deps = deps;
    this.#untilMs = untilMs;
    this.#signal = signal;
    this.#coveredMs = deps.lease.coveredUntilMs;
    this.#renewedAtMs = deps.clock.now();
    this.#awakeUntilMs = deps.lease.awakeUntilMs;
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
    const hasPromised = nowMs < (this.#awakeUntilMs ?? 0);
    const gapMs = hasPromised ? Math.min(this.#gapMs(), SCAN_AT_LEAST_EVERY_MS) : this.#gapMs();
    const earliestMs = this.#scannedMs + gapMs;
    const isAwake = hasPromised || !sweep.isIdle();
    const nextDueMs = Math.min(sweep.nextDueMs, this.#wakeDueMs());
    if (!isAwake && nextDueMs > nowMs + LINGER_MS) return undefined;
    const latestMs = isAwake ? this.#scannedMs + SCAN_AT_LEAST_EVERY_MS : Number.POSITIVE_INFINITY;
    return Math.max(earliestMs, Math.min(nextDueMs, latestMs));
  }

  /** The point of the wake, until a scan has covered it. */
  #wakeDueMs(): number {
    const { dueMs = 0 } = this.#deps;
    return dueMs > this.#scannedMs ? dueMs : Number.POSITIVE_INFINITY;
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
    return Math.max(SCAN_GAP_MS, this.#deps.sweep.counts.pending / ROWS_PER_MS);
  }

  /** What is written at a renewal. */
  standing() {
    const { clock, sweep } = this.#deps;
    const nowMs = clock.now();
    const perSecond = ((sweep.counts.polled - this.#polledAtRenewal) * 1_000) / (nowMs - this.#renewedAtMs);
    this.#polledAtRenewal = sweep.counts.polled;
    this.#renewedAtMs = nowMs;
    const awakeUntilMs = nowMs + AWAKE_MS;
    // A promise that was given is kept, so it is not written shorter either.
    this.#isBusy = perSecond * this.#deps.totalShards >= BUSY_PER_SECOND && this.#gapMs() <= SCAN_AT_LEAST_EVERY_MS;
    if (this.#isBusy && awakeUntilMs <= this.#untilMs) this.#awakeUntilMs = awakeUntilMs;
    return { ...this.progress(), awakeUntilMs: this.#awakeUntilMs };
  }

  progress() {
    const coveredUntilMs = this.#deps.sweep.settledUntilMs(this.#coveredMs);
    return { coveredUntilMs, scannedUntilMs: Math.max(this.#scannedMs, coveredUntilMs) };
  }

  report(): HoldReport {
    const { sweep } = this.#deps;
    const nextDueMs = Math.min(sweep.nextDueMs, this.#wakeDueMs());
    return {
      ...sweep.counts,
      isWhole: this.#isWhole,
      ...this.progress(),
      nextDueMs,
      isBusy: this.#isBusy,
      asked: sweep.asked(),
    };
  }
}
