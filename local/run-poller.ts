import type { Poller } from '../functions/polling/create-poller.ts';
import type { Trigger } from '../functions/polling/hold-shard.ts';
import type { Log } from '../functions/tasks/ports.ts';
import type { Wake, WakeQueue } from '../functions/tasks/shards.ts';

/** The one shard of one machine. */
export const SHARD = { segment: 0, totalSegments: 1 };

const BEAT_MS = 60_000;

export type Triggers = {
  wakes: WakeQueue;
  /** Begins to call the poller: at once, once a minute, and for each wake. */
  start(poll: Poller): RunningPoller;
};

export type RunningPoller = {
  /** Starts no new poll and resolves when those in flight are settled. */
  stop(): Promise<void>;
};

/**
 * What EventBridge Scheduler and the wake queue are in AWS, as timers that call the same poller. A run that fails is
 * logged, as its alarm would go off, and the next trigger comes all the same.
 */
export function createTriggers({ log }: { log: Log }): Triggers {
  const stopping = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let poller: Poller | undefined;

  const trigger = (by: Trigger) => {
    if (poller === undefined || stopping.signal.aborted) return;
    const run = poller(by, { signal: stopping.signal })
      .then(() => {})
      .catch((error: unknown) => log.error('polling failed', { error }))
      .finally(() => running.delete(run));
    running.add(run);
  };
  const later = ({ shard, dueMs }: Wake, delayMs: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      trigger({ shard, dueMs });
    }, delayMs);
    timers.add(timer);
  };
  return {
    wakes: {
      async send(wake, delayS) {
        later(wake, delayS * 1_000);
      },
    },
    start(poll) {
      poller = poll;
      trigger({ shard: SHARD });
      const beat = setInterval(() => trigger({ shard: SHARD }), BEAT_MS);
      return {
        async stop() {
          stopping.abort();
          clearInterval(beat);
          for (const timer of timers) clearTimeout(timer);
          await Promise.all(running);
        },
      };
    },
  };
}
