import type { Segment } from '../tasks/ports.ts';
import type { ShardRow, ShardStore } from '../tasks/shards.ts';

/** `ShardStore` of one process: after a restart everything counts as not covered, so every pending task is asked about. */
export function createMemoryShardStore(): ShardStore {
  const rows = new Map<string, ShardRow>();
  const keyOf = ({ segment, totalSegments }: Segment) => `${segment}/${totalSegments}`;
  const isFree = (row: ShardRow | undefined, nowMs: number) => row?.lease === undefined || row.lease.untilMs < nowMs;
  const change = (shard: Segment, leaseId: string, to: (row: ShardRow) => ShardRow): boolean => {
    const row = rows.get(keyOf(shard));
    if (row?.lease?.id !== leaseId) return false;
    rows.set(keyOf(shard), to(row));
    return true;
  };
  return {
    get: async (shard) => rows.get(keyOf(shard)),
    async take(shard, { leaseId, nowMs, leaseUntilMs, dueMs, awakeUntilMs }) {
      const row = rows.get(keyOf(shard));
      const isNeeded = dueMs === undefined || (row?.coveredUntilMs ?? 0) < dueMs;
      const isOurs = row?.lease?.id === leaseId;
      const isTaken = isOurs || (isFree(row, nowMs) && isNeeded);
      if (!isTaken) return { isTaken, row };
      const { awakeUntilMs: _, ...rest } = row ?? { coveredUntilMs: 0, scannedUntilMs: 0 };
      const awake = awakeUntilMs === undefined ? {} : { awakeUntilMs };
      rows.set(keyOf(shard), { ...rest, ...awake, lease: { id: leaseId, untilMs: leaseUntilMs } });
      return { isTaken, row };
    },
    renew: async (shard, leaseId, { leaseUntilMs, awakeUntilMs, ...progress }) =>
      change(shard, leaseId, ({ awakeUntilMs: _, ...row }) => ({
        ...row,
        ...progress,
        lease: { id: leaseId, untilMs: leaseUntilMs },
        ...(awakeUntilMs !== undefined && { awakeUntilMs }),
      })),
    release: async (shard, leaseId, { coveredUntilMs, scannedUntilMs, asked = {} }) =>
      change(shard, leaseId, ({ awakeUntilMs: _a, lease: _l, asked: _b, ...row }) => ({
        ...row,
        ...{ coveredUntilMs, scannedUntilMs },
        ...(Object.keys(asked).length > 0 && { asked }),
      })),
  };
}
