import type { FaultClass } from '../../functions/names.ts';
import type { Fault, Observation } from '../../functions/tasks/observation.ts';
import type { Clock } from '../../functions/tasks/ports.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';

export const START_MS = Date.UTC(2026, 10, 24, 12, 0, 0);

/** A pending import, registered at `START_MS`, due within a day. */
export function pendingTask(overrides: Partial<PendingTask> = {}): PendingTask {
  return {
    taskId: 'd9ce8c9eede54b3f841ec324fe0bfdc2',
    instanceId: 'gw1',
    projectId: 'p1',
    profile: 'default',
    registeredAtMs: START_MS,
    deadlineAtMs: START_MS + 86_400_000,
    ...overrides,
  };
}

/** A classified error with a code that names its class. */
export function fault(faultClass: FaultClass, retryAfterMs?: number): Fault {
  return {
    class: faultClass,
    error: { code: faultClass.toUpperCase(), message: `it is ${faultClass}` },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

export const faultObservation = (faultClass: FaultClass, retryAfterMs?: number): Observation => ({
  kind: 'fault',
  fault: fault(faultClass, retryAfterMs),
});

export const processing: Observation = { kind: 'pending', taskStatus: 'processing', taskType: 'import_api' };

export const succeeded: Observation = {
  kind: 'final',
  succeeded: true,
  taskStatus: 'succeed',
  taskType: 'import_api',
  result: { kind: 'import', group_id: 'g1', success: [{ id: 'a', action: 'create' }], failure: [] },
};

export type FakeClock = Clock & { advance(ms: number): void; slept: number[] };

/** A clock whose `sleep` moves time on at once. */
export function createFakeClock(startMs = START_MS): FakeClock {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    async sleep(ms) {
      slept.push(ms);
      nowMs += ms;
    },
    advance(ms) {
      nowMs += ms;
    },
  };
}

export type VirtualClock = Clock & {
  advance(ms: number): void;
  /** Time stands still until `real`, which takes real time, is settled. */
  during<T>(real: Promise<T>): Promise<T>;
};

/** A clock whose time moves on to the next end of a sleep whenever nothing else is left to do. */
export function createVirtualClock(startMs = START_MS): VirtualClock {
  let nowMs = startMs;
  let holds = 0;
  let isTicking = false;
  let timers: { atMs: number; resolve(): void }[] = [];
  const tick = () => {
    isTicking = false;
    if (holds > 0) return;
    const next = timers.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (!next) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.resolve();
    startTicking();
  };
  const startTicking = () => {
    if (!isTicking && timers.length > 0) setImmediate(tick);
    isTicking ||= timers.length > 0;
  };
  return {
    now: () => nowMs,
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = { atMs: nowMs + ms, resolve: () => end() };
      const end = () => {
        timers = timers.filter((other) => other !== timer);
        resolve();
      };
      timers.push(timer);
      signal?.addEventListener('abort', end, { once: true });
      startTicking();
      await promise;
    },
    advance(ms) {
      nowMs += ms;
    },
    async during(real) {
      holds += 1;
      try {
        return await real;
      } finally {
        holds -= 1;
        startTicking();
      }
    },
  };
}

export const silentLog = { info() {}, warn() {}, error() {} };

/** A metric sink that adds up. */
export function createMetricSums() {
  const sums: Record<string, number> = {};
  return {
    sums,
    add(name: string, value: number) {
      sums[name] = (sums[name] ?? 0) + value;
    },
  };
}
