import type { Clock, TaskResultStore } from '../functions/tasks/ports.ts';

/** Lets requests wait for the ends of tasks that this process polls. */
export type EndWaiters = {
  /** Resolves when the task has ended, after `timeoutMs` at most. */
  untilEnd(taskId: string, timeoutMs: number): Promise<void>;
  /** The task's result is stored. */
  ended(taskId: string): void;
};

export function createEndWaiters(results: Pick<TaskResultStore, 'get'>, clock: Clock): EndWaiters {
  const waiting = new Map<string, Set<AbortController>>();
  const wake = (taskId: string) => {
    for (const waiter of waiting.get(taskId) ?? []) waiter.abort();
  };
  return {
    ended: wake,
    async untilEnd(taskId, timeoutMs) {
      const waiter = new AbortController();
      const others = waiting.get(taskId) ?? new Set();
      waiting.set(taskId, others.add(waiter));
      const slept = clock.sleep(timeoutMs, waiter.signal);
      // It may have ended between the caller's look and this waiting.
      if ((await results.get(taskId)) !== undefined) waiter.abort();
      await slept;
      others.delete(waiter);
      if (others.size === 0) waiting.delete(taskId);
    },
  };
}
