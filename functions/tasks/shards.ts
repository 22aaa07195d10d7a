import type { Segment } from './ports.ts';

/**
 * How far the poll points of one shard are covered, and who covers them. Times are epoch milliseconds, by the clock of
 * whoever wrote them.
 */
export type ShardRow = {
  /** Every poll point at or before it was asked, or given up on purpose: the next holder goes on from here. */
  coveredUntilMs: number;
  /** A scan began at this instant or later, so it saw what was due: a wake compares with it. */
  scannedUntilMs: number;
  /** Who sweeps the shard, and until when it may, unless it renews. Absent while nobody does. */
  lease?: { id: string; untilMs: number };
  /** From the last holder: these points need no other poll. Absent where there are none. */
  asked?: Asked;
  /** A promise of the holder: until then it scans at least once a second. Absent unless it is busy. */
  awakeUntilMs?: number;
};

/** How far a holder has come; neither ever goes back. */
export type ShardProgress = Pick<ShardRow, 'coveredUntilMs' | 'scannedUntilMs'>;

/** Tasks whose poll began at this instant, after a point that the cursor does not cover yet: by id. */
export type Asked = Record<string, number>;

/** Who wants to hold a shard, and for what. */
export type ShardClaim = {
  leaseId: string;
  nowMs: number;
  leaseUntilMs: number;
  /** The point that a wake is for; a beat has none. */
  dueMs?: number | undefined;
  /** The promise of a holder that expects to be busy. */
  awakeUntilMs?: number | undefined;
};

/** Cursors and leases of all shards, by `Segment`. Throws `StoreError` for what the store cannot do. */
export interface ShardStore {
  /** Strongly consistent; undefined for a shard that was never held. */
  get(shard: Segment): Promise<ShardRow | undefined>;
  /**
   * In one step: puts the lease where none is in force at `nowMs` and, with a `dueMs`, only if that is not covered yet.
   * Answers with the row as it was before.
   */
  take(shard: Segment, claim: ShardClaim): Promise<{ isTaken: boolean; row: ShardRow | undefined }>;
  /** Only while `leaseId` is the row's; false where it is not any more. Without `awakeUntilMs` that goes. */
  renew(
    shard: Segment,
    leaseId: string,
    change: ShardProgress & { leaseUntilMs: number; awakeUntilMs?: number | undefined },
  ): Promise<boolean>;
  /** Takes the lease away, under the same condition. */
  release(shard: Segment, leaseId: string, progress: ShardProgress & { asked?: Asked }): Promise<boolean>;
}

/** Asks for a sweep of the shard because one of its tasks is due at `dueMs`. */
export type Wake = { shard: Segment; dueMs: number };

/** Delivers wakes to the poller, perhaps late, twice or never: nothing may depend on one. */
export interface WakeQueue {
  /** At once, or after so many whole seconds (at most 900). Throws `StoreError`. */
  send(wake: Wake, delayS: number): Promise<void>;
}
