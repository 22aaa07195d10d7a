/** Runs jobs side by side, each lane's in order, so that a slow lane takes places from no other. */
export type Lanes = {
  /** Resolves when the job is accepted, not when it is done: at once but when too many wait. `job` must not reject. */
  add(lane: string, job: () => Promise<void>): Promise<void>;
  /** Resolves when every accepted job is done. */
  drained(): Promise<void>;
};

export type LaneLimits = {
  /** Jobs of one lane at once while it is alone; all lanes together run twice as many at most. */
  concurrency: number;
  /** Jobs that may wait, of all lanes together, before `add` does. */
  waiting: number;
};

type Lane = { running: number; queue: (() => Promise<void>)[] };

/**
 * Each of `n` busy lanes gets the (n + 1)th part of the places: what is left over is for a lane that comes next, so
 * that it does not have to wait for a job of another one.
 */
export function createLanes({ concurrency, waiting }: LaneLimits): Lanes {
  const lanes = new Map<string, Lane>();
  const places = 2 * concurrency;
  let running = 0;
  let queued = 0;
  let changed = Promise.withResolvers<void>();

  const hasPlace = (lane: Lane) =>
    running < places && lane.running < Math.max(1, Math.floor(places / (lanes.size + 1)));

  const startNext = () => {
    for (const [name, lane] of lanes) while (hasPlace(lane) && start(name, lane));
  };
  const start = (name: string, lane: Lane) => {
    const job = lane.queue.shift();
    if (!job) return false;
    queued -= 1;
    running += 1;
    lane.running += 1;
    void job().finally(() => end(name, lane));
    return true;
  };
  const end = (name: string, lane: Lane) => {
    running -= 1;
    lane.running -= 1;
    if (lane.running === 0 && lane.queue.length === 0) lanes.delete(name);
    startNext();
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  return {
    async add(name, job) {
      while (queued >= waiting) await changed.promise;
      const lane = lanes.get(name) ?? { running: 0, queue: [] };
      lanes.set(name, lane);
      lane.queue.push(job);
      queued += 1;
      startNext();
    },
    async drained() {
      while (running > 0) await changed.promise;
    },
  };
}
