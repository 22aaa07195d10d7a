import { setTimeout as delay } from 'node:timers/promises';
import type { Poller } from '../functions/polling/create-poller.ts';
import type { Log } from '../functions/tasks/ports.ts';

export type RunningPoller = {
  /** Starts no new poll and resolves when those in flight are settled. */
  stop(): Promise<void>;
};

const SEGMENT = { segment: 0, totalSegments: 1 };

/**
 * What EventBridge Scheduler is in AWS: one window after another. A window that fails is logged, as its alarm would be
 * raised, and the next one comes all the same. It begins where the last one ended, however long that took and whether or
 * not it failed, and does not wait for polls that are still under way.
 */
export function runPoller(poll: Poller, { windowMs, log }: { windowMs: number; log: Log }): RunningPoller {
  const stopping = new AbortController();
  const { signal } = stopping;
  const open = new Set<Promise<void>>();
  const startWindow = (stopAtMs: number, afterMs: number | undefined): Promise<number | undefined> => {
    const covered = Promise.withResolvers<number | undefined>();
    const window = poll({ segment: SEGMENT, stopAtMs, afterMs, onCovered: covered.resolve, signal })
      .then(() => {})
      .catch((error: unknown) => log.error('polling failed', { error }))
      .finally(() => {
        covered.resolve(undefined);
        open.delete(window);
      });
    open.add(window);
    return covered.promise;
  };
  const loop = async () => {
    let coveredMs: number | undefined;
    while (!signal.aborted) {
      const nextMs = (Math.floor(Date.now() / windowMs) + 1) * windowMs;
      coveredMs = (await startWindow(nextMs + 30_000, coveredMs)) ?? coveredMs;
      await delay(Math.max(0, nextMs - Date.now()), undefined, { signal }).catch(() => {});
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(open);
    },
  };
}
