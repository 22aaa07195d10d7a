import { setTimeout as delay } from 'node:timers/promises';
import type { Poller } from '../functions/core/create-poller.ts';
import type { Log } from '../functions/core/ports.ts';

export type RunningPoller = {
  /** Starts no new poll and resolves when those in flight are settled. */
  stop(): Promise<void>;
};

const SEGMENT = { segment: 0, totalSegments: 1 };

/**
 * What EventBridge Scheduler is in AWS: one window after another. A window that fails is logged, as its alarm would be
 * raised, and the next one comes all the same.
 */
export function runPoller(poll: Poller, { windowMs, log }: { windowMs: number; log: Log }): RunningPoller {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async () => {
    while (!signal.aborted) {
      const nextMs = (Math.floor(Date.now() / windowMs) + 1) * windowMs;
      await poll({ segment: SEGMENT, stopAtMs: nextMs + 30_000, signal }).catch((error: unknown) =>
        log.error('polling failed', { error }),
      );
      await delay(Math.max(0, nextMs - Date.now()), undefined, { signal }).catch(() => {});
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
