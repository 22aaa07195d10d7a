/** Runs items side by side, each lane's in order, so that a slow lane takes places from no other. */
export type Lanes<T> = {
  /** Starts the item where its lane has a place, else it waits for one. */
  add(lane: string, item: T): void;
  /** Whether items of the lane wait. */
  isFull(lane: string): boolean;
  /** Items that wait, of all lanes together. */
  waiting(): number;
  /** Resolves when no more than `count` wait. */
  whenWaiting(count: number): Promise<void>;
  /** Takes all that wait out again; what runs goes on. */
  withdraw(): T[];
};

export type LaneOptions<T> = {
  /** Items of one lane at once while it is alone; all lanes together run twice as many at most. */
  concurrency: number;
  /** Must not reject. */
  run(item: T): Promise<void>;
};

type Lane<T> = { running: number; queue: T[]; onEnd(): void };
type Watcher = { count: number; resolve(): void };

/**
 * Each of `n` busy lanes gets the (n + 1)th part of the places: what is left over is for a lane that comes next, so
 * that it does not have to wait for an item of another one.
 */
export function createLanes<T>({ concurrency, run }: LaneOptions<T>): Lanes<T> {
  const lanes = new Map<string, Lane<T>>();
  const places = 2 * concurrency;
  let running = 0;
  let waiting = 0;
  let watchers: Watcher[] = [];

  const laneOf = (name: string): Lane<T> => {
    const known = lanes.get(name);
    if (known) return known;
    const lane: Lane<T> = { running: 0, queue: [], onEnd: () => end(name, lane) };
    lanes.set(name, lane);
    return lane;
  };
  const startNext = (lane: Lane<T>) => {
    const most = Math.max(1, Math.floor(places / (lanes.size + 1)));
    while (running < places && lane.running < most) {
      const item = lane.queue.shift();
      if (item === undefined) return;
      waiting -= 1;
      running += 1;
      lane.running += 1;
      run(item).then(lane.onEnd, lane.onEnd);
    }
  };
  const end = (name: string, lane: Lane<T>) => {
    running -= 1;
    lane.running -= 1;
    if (lane.running === 0 && lane.queue.length === 0) lanes.delete(name);
    for (const each of lanes.values()) startNext(each);
    if (watchers.length > 0) tellWatchers();
  };
  const tellWatchers = () => {
    for (const { resolve } of watchers.filter(({ count }) => waiting <= count)) resolve();
    watchers = watchers.filter(({ count }) => waiting > count);
  };
  return {
    add(name, item) {
      const lane = laneOf(name);
      lane.queue.push(item);
      waiting += 1;
      startNext(lane);
    },
    isFull: (name) => (lanes.get(name)?.queue.length ?? 0) > 0,
    waiting: () => waiting,
    async whenWaiting(count) {
      if (waiting > count) await new Promise<void>((resolve) => watchers.push({ count, resolve }));
    },
    withdraw() {
      const withdrawn = [...lanes.values()].flatMap(({ queue }) => queue.splice(0));
      waiting = 0;
      for (const [name, lane] of lanes) if (lane.running === 0) lanes.delete(name);
      tellWatchers();
      return withdrawn;
    },
  };
}
