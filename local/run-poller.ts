import { setTimeout as delay } from 'node:timers/promises';
import type { Poller } from '../functions/core/create-poller.ts';
import type { WindowReport } from '../functions/core/poll-window.ts';
import type { Log } from '../functions/core/ports.ts';

export type RunningPoller = {
  /** Starts no new poll and resolves when those in flight are settled. */
  stop(): Promise<void>;
};

const SEGMENT = { segment: 0, totalSegments: 1 };

/**
 * What EventBridge Scheduler is in AWS: one window after another. A window that fails is logged, as its alarm would be
 * raised, and the next one comes all the same. One that took longer than `windowMs` leaves no gap: the next one begins
 * where it ended.
 */
export function runPoller(poll: Poller, { windowMs, log }: { windowMs: number; log: Log }): RunningPoller {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async () => {
    let covered: WindowReport | undefined;
    while (!signal.aborted) {
      const nextMs = (Math.floor(Date.now() / windowMs) + 1) * windowMs;
      const request = { segment: SEGMENT, stopAtMs: nextMs + 30_000, afterMs: covered?.coveredUntilMs, signal };
      covered = await poll(request).catch((error: unknown) => {
        log.error('polling failed', { error });
        return undefined;
      });
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
