/** Runs jobs side by side, each lane's in order, so that a slow lane takes places from no other. */
export type Lanes = {
  /** Accepts the job at once, or when fewer wait: then what it returns resolves. `job` must not reject. */
  add(lane: string, job: Job): Promise<void> | undefined;
  /** Resolves when every accepted job is done. */
  drained(): Promise<void>;
};

export type LaneLimits = {
  /** Jobs of one lane at once while it is alone; all lanes together run twice as many at most. */
  concurrency: number;
  /** Jobs that may wait, of all lanes together, before `add` does. */
  waiting: number;
};

type Job = () => Promise<void>;
type Lane = { running: number; queue: Job[]; onEnd(): void };

/**
 * Each of `n` busy lanes gets the (n + 1)th part of the places: what is left over is for a lane that comes next, so
 * that it does not have to wait for a job of another one.
 */
export function createLanes({ concurrency, waiting }: LaneLimits): Lanes {
  const lanes = new Map<string, Lane>();
  const places = 2 * concurrency;
  let running = 0;
  let queued = 0;
  /** Made only where somebody waits for an end: ends are many. */
  let nextEnd: PromiseWithResolvers<void> | undefined;

  const laneOf = (name: string): Lane => {
    const known = lanes.get(name);
    if (known) return known;
    const lane: Lane = { running: 0, queue: [], onEnd: () => end(name, lane) };
    lanes.set(name, lane);
    return lane;
  };
  const startNext = (lane: Lane) => {
    const most = Math.max(1, Math.floor(places / (lanes.size + 1)));
    while (running < places && lane.running < most) {
      const job = lane.queue.shift();
      if (!job) return;
      queued -= 1;
      running += 1;
      lane.running += 1;
      job().then(lane.onEnd, lane.onEnd);
    }
  };
  const end = (name: string, lane: Lane) => {
    running -= 1;
    lane.running -= 1;
    if (lane.running === 0 && lane.queue.length === 0) lanes.delete(name);
    for (const each of lanes.values()) startNext(each);
    nextEnd?.resolve();
    nextEnd = undefined;
  };
  const waitForEnd = () => {
    nextEnd ??= Promise.withResolvers<void>();
    return nextEnd.promise;
  };
  const accept = (name: string, job: Job) => {
    const lane = laneOf(name);
    lane.queue.push(job);
    queued += 1;
    startNext(lane);
  };
  const acceptLater = async (name: string, job: Job) => {
    while (queued >= waiting) await waitForEnd();
    accept(name, job);
  };
  return {
    add: (name, job) => (queued < waiting ? void accept(name, job) : acceptLater(name, job)),
    async drained() {
      while (running > 0) await waitForEnd();
    },
  };
}
