import { FIRST_POLL_AFTER_MS } from '../schedule/schedule.ts';
import type { Clock, Log } from '../tasks/ports.ts';
import type { ShardStore, WakeQueue } from '../tasks/shards.ts';

export type WakePollerDeps = {
  shards: ShardStore;
  wakes: WakeQueue;
  /** How many shards there are: which one a row falls into is known to the table alone, so all are woken. */
  totalShards: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
};

/** Has a task polled soon that was just registered. Never rejects: the heartbeat polls it within a minute all the same. */
export type WakePoller = (registeredAtMs: number) => Promise<void>;

/** A holder that promises to scan at least once a second needs no wake for a point that comes before its promise ends. */
const SCAN_EVERY_MS = 1_200;

/**
 * Sends a wake for the first point of a task, after its row was put. Registrations that come while one is being sent
 * share the next.
 */
export function createWakePoller(deps: WakePollerDeps): WakePoller {
  let sending: Promise<void> | undefined;
  let next: { dueMs: number; sent: Promise<void> } | undefined;
  return (registeredAtMs) => {
    const dueMs = registeredAtMs + FIRST_POLL_AFTER_MS;
    if (next) {
      next.dueMs = Math.max(next.dueMs, dueMs);
      return next.sent;
    }
    const joined = { dueMs, sent: Promise.resolve() };
    next = joined;
    joined.sent = (async () => {
      await sending;
      next = undefined;
      sending = wakeAll(deps, joined.dueMs);
      await sending;
    })();
    return joined.sent;
  };
}

async function wakeAll({ shards, wakes, totalShards, clock, log }: WakePollerDeps, dueMs: number): Promise<void> {
  const wake = async (segment: number) => {
    const shard = { segment, totalSegments: totalShards };
    try {
      const row = await shards.get(shard);
      const nowMs = clock.now();
      const isHeld = (row?.lease?.untilMs ?? 0) > nowMs;
      if (isHeld && (row?.awakeUntilMs ?? 0) > nowMs + SCAN_EVERY_MS) return;
      await wakes.send({ shard, dueMs }, 0);
    } catch (error) {
      log.warn('poller not woken, the next minute serves', { error });
    }
  };
  await Promise.all(Array.from({ length: totalShards }, (_, segment) => wake(segment)));
}
