import { randomUUID } from 'node:crypto';
import type { Clock, Log, Segment } from '../tasks/ports.ts';
import type { ShardProgress, ShardStore } from '../tasks/shards.ts';

/** What calls the poller: a schedule, once a minute and shard, or a message for a point that is due. */
export type Trigger = { shard: Segment; dueMs?: number | undefined };

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
  /** Checked before every poll: a process that was starved may have slept through its renewals. */
  mayPoll(): boolean;
  /** Renews the lease every four seconds from now on. */
  keep(standing: () => Standing): void;
  /** Ends it; the progress counts only where the lease is still ours. */
  release(progress: ShardProgress): Promise<void>;
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
export async function takeLease(deps: LeaseDeps, { shard, dueMs }: Trigger): Promise<Lease | Refusal> {
  const { shards, clock } = deps;
  const leaseId = randomUUID();
  const nowMs = clock.now();
  const leaseUntilMs = nowMs + LEASE_MS;
  const { isTaken, row } = await shards.take(shard, { leaseId, nowMs, leaseUntilMs, dueMs });
  const coveredUntilMs = row?.coveredUntilMs ?? 0;
  if (isTaken) return new HeldLease(deps, shard, { leaseId, leaseUntilMs, coveredUntilMs });
  if (dueMs === undefined) return 'held';
  return Math.max(row?.scannedUntilMs ?? 0, coveredUntilMs) >= dueMs ? 'covered' : 'later';
}

type Grant = { leaseId: string; leaseUntilMs: number; coveredUntilMs: number };

class HeldLease implements Lease {
  readonly coveredUntilMs: number;
  readonly #deps: LeaseDeps;
  readonly #shard: Segment;
  readonly #id: string;
  readonly #released = new AbortController();
  #untilMs: number;
  #renewing: Promise<void> = Promise.resolve();

  constructor(deps: LeaseDeps, shard: Segment, { leaseId, leaseUntilMs, coveredUntilMs }: Grant) {
    this.#deps = deps;
    this.#shard = shard;
    this.#id = leaseId;
    this.#untilMs = leaseUntilMs;
    this.coveredUntilMs = coveredUntilMs;
  }

  mayPoll(): boolean {
    return this.#deps.clock.now() <= this.#untilMs - MARGIN_MS;
  }

  keep(standing: () => Standing): void {
    this.#renewing = this.#renewUntilReleased(standing);
  }

  async release(progress: ShardProgress): Promise<void> {
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
