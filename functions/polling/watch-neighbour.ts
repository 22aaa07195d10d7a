import type { OperatorAlerter } from '../messages/operator-alerter.ts';
import type { Clock } from '../tasks/clock.ts';
import type { ShardStore } from '../tasks/shards.ts';
import type { Segment } from '../tasks/stores.ts';
import type { Log } from '../tasks/telemetry.ts';

/** Without a beat or a sweep for so long, a shard counts as dead. */
export const SILENT_MS = 10 * 60_000;

type NeighbourDeps = { shards: ShardStore; operatorAlerts: OperatorAlerter; clock: Clock; log: Log };

/**
 * At each beat a shard looks after the next one: of several, a dead one can hide in every metric that adds them up. Of a
 * single shard there is no neighbour; its schedule's own metric shows that it is dead. Never throws.
 */
export async function watchNeighbour(deps: NeighbourDeps, { segment, totalSegments }: Segment): Promise<void> {
  if (totalSegments === 1) return;
  const { shards, operatorAlerts, clock, log } = deps;
  const next = { segment: (segment + 1) % totalSegments, totalSegments };
  try {
    const nowMs = clock.now();
    const row = await shards.get(next);
    // Nobody has called it yet: from now on its silence is counted.
    if (row?.beatAtMs === undefined) return await shards.noteBeat(next, nowMs);
    const sinceMs = Math.min(row.beatAtMs, row.coveredUntilMs || row.beatAtMs);
    if (nowMs - sinceMs < SILENT_MS) return;
    await operatorAlerts.raise(silentShardAlert(next, nowMs - sinceMs));
  } catch (error) {
    log.warn('neighbour shard not looked at', { error });
  }
}

function silentShardAlert({ segment, totalSegments }: Segment, silentMs: number) {
  const minutes = Math.floor(silentMs / 60_000);
  return {
    key: `shard:${segment}/${totalSegments}`,
    subject: `APIG notifier: shard ${segment} of ${totalSegments} is silent`,
    body: [
      `Shard ${segment} of ${totalSegments} has had no heartbeat or no complete sweep for ${minutes} minutes.`,
      'Its tasks may have finished without anyone being notified. Nothing is lost; notifications are only late.',
      '',
      "Check that the shard's schedule is enabled (EventBridge Scheduler, group of this stack), then the poller's log.",
    ].join('\n'),
  };
}
