import type { Clock } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import type { ProfileHealth } from './profile-health.ts';

/** A due task that waits for its turn, or whose poll is under way. */
export type Entry = {
  task: PendingTask;
  /** The first of its points that this poll answers (epoch milliseconds). */
  pointMs: number;
  /** The first of its points after the last scan, or an earlier one where it was not asked for since. */
  nextMs: number;
  /** Nobody has asked for the task yet. */
  isFirst: boolean;
  /** Time since its last poll, as a share of the interval at its age. */
  overdue: number;
};

export type LineDeps = {
  health: Pick<ProfileHealth, 'restOf' | 'probing'>;
  limiterOf(profile: string): RateLimiter;
  /** Polls of one profile in flight at once. */
  concurrency: number;
  /** No turn after this instant (epoch milliseconds). */
  untilMs: number;
  /** Whether a poll may begin now. */
  mayPoll(): boolean;
  signal: AbortSignal;
  /** There is no turn for these any more in this run. */
  giveUp(entries: Entry[]): void;
  /** Polls the task; must not reject. A profile that is paused needs no turn, because nothing is asked. */
  run(entry: Entry): Promise<void>;
};

/** What waits of a profile is held in memory: as much as its rate allows in a run, within these bounds. */
const LEAST_WAITING = 500;
const MOST_WAITING = 10_000;
const RUN_S = 60;

/*
 * One line for each profile, so that a slow or refused one holds up nobody else:
 *
 *   add ─► WAITS ─ its profile is probed ─► ... ─ a turn of the rate ─► UNDER WAY ─► gone
 *            │                                                            (at most `concurrency`)
 *            ├─ its profile is paused: no turn needed ──────────────────► UNDER WAY ─► gone
 *            └─ no turn before the run ends, or too many ─► given up: its next point comes
 *
 * Whose turn it is, is decided when the turn comes: first polls first, then the most overdue.
 */
export class Line {
  readonly #profile: string;
  readonly #deps: LineDeps;
  readonly #limiter: RateLimiter;
  /** The next one is the last. Sorted when a turn comes after something was added. */
  #waiting: Entry[] = [];
  #isSorted = true;
  #underWay = 0;
  #isServing = false;

  constructor(profile: string, deps: LineDeps) {
    this.#profile = profile;
    this.#deps = deps;
    this.#limiter = deps.limiterOf(profile);
  }

  /** Adds a task that waits from now on; `serve` starts it. */
  add(entry: Entry): void {
    this.#waiting.push(entry);
    this.#isSorted = false;
  }

  /** What waits has grown older. */
  sortAgain(): void {
    this.#isSorted = false;
  }

  /** How many wait beyond what may. */
  excess(): number {
    const rateOfRun = this.#limiter.rate() * RUN_S;
    return this.#waiting.length - Math.floor(Math.min(MOST_WAITING, Math.max(LEAST_WAITING, rateOfRun)));
  }

  /** Takes out so many of those whose turn would come last; all without a number. */
  withdraw(count = this.#waiting.length): Entry[] {
    this.#sort();
    return this.#waiting.splice(0, count);
  }

  /** Starts what may start, until nothing waits or every place is taken. */
  serve(): void {
    if (this.#isServing || this.#waiting.length === 0) return;
    this.#isServing = true;
    void this.#serveAll();
  }

  async #serveAll(): Promise<void> {
    const { health, concurrency, untilMs, signal, mayPoll, giveUp } = this.#deps;
    while (this.#waiting.length > 0 && this.#underWay < concurrency && mayPoll() && !signal.aborted) {
      const probing = health.probing(this.#profile);
      if (probing) await probing;
      else if (this.#isNextPaused()) this.#startNext();
      else {
        const turn = this.#limiter.take(untilMs, signal);
        // A turn at once is the rule, and thousands of polls would each wait for the next microtask.
        const hasTurn = typeof turn === 'boolean' ? turn : await turn;
        if (hasTurn && mayPoll()) this.#startNext();
        else giveUp(this.withdraw());
      }
    }
    // At once and not in a later microtask, because a poll that ends in between has to find the line free.
    this.#isServing = false;
  }

  #isNextPaused(): boolean {
    this.#sort();
    const next = this.#waiting.at(-1);
    return next !== undefined && this.#deps.health.restOf(next.task) !== undefined;
  }

  #startNext(): void {
    this.#sort();
    const entry = this.#waiting.pop();
    if (entry === undefined) return;
    this.#underWay += 1;
    void this.#deps.run(entry).then(() => {
      this.#underWay -= 1;
      this.serve();
    });
  }

  #sort(): void {
    if (!this.#isSorted) this.#waiting.sort((a, b) => Number(a.isFirst) - Number(b.isFirst) || a.overdue - b.overdue);
    this.#isSorted = true;
  }
}

/** A profile's request rate in this process. */
export type RateLimiter = {
  /** Waits for a turn where there is none at once; false when none comes before `untilMs`. */
  take(untilMs: number, signal?: AbortSignal): boolean | Promise<boolean>;
  /** The upstream said "slow down": halves the rate and pauses for `pauseMs`. */
  throttled(pauseMs: number): void;
  /** Requests a second, now. */
  rate(): number;
};

/** How much of the full rate comes back per second after a throttle. */
const RECOVERY_PER_SECOND = 0.02;
const LOWEST_SHARE = 1 / 64;
/** What an idle time may be made up for: late timers, but no second burst within the upstream's own second. */
const BURST_MS = 100;

/**
 * Spaces requests evenly at `perSecond`, halves at each throttle and recovers linearly (AIMD, as TCP does), so that a
 * limit that is shared with others is found rather than fought. A throttle takes back the turns that are still waited
 * for; those of requests in flight together halve the rate once.
 */
export function createRateLimiter(perSecond: number, clock: Clock): RateLimiter {
  let share = 1;
  let shareAtMs = clock.now();
  let nextTurnMs = clock.now() - BURST_MS;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let throttles = 0;

  const currentShare = (nowMs: number) => {
    share = Math.min(1, share + ((nowMs - shareAtMs) / 1000) * RECOVERY_PER_SECOND);
    shareAtMs = nowMs;
    return share;
  };
  const reserve = (nowMs: number, untilMs: number): number | undefined => {
    const turnMs = Math.max(nextTurnMs, nowMs - BURST_MS);
    if (turnMs > untilMs) return undefined;
    nextTurnMs = turnMs + 1000 / (perSecond * currentShare(nowMs));
    return turnMs;
  };
  const waitForTurn = async (firstMs: number, untilMs: number, signal: AbortSignal | undefined): Promise<boolean> => {
    for (let turnMs: number | undefined = firstMs; turnMs !== undefined; turnMs = reserve(clock.now(), untilMs)) {
      const known = throttles;
      const waitMs = turnMs - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      if (signal?.aborted) return false;
      if (known === throttles) return true;
    }
    return false;
  };
  return {
    take(untilMs, signal) {
      const nowMs = clock.now();
      const turnMs = reserve(nowMs, untilMs);
      if (turnMs === undefined || signal?.aborted) return false;
      return turnMs <= nowMs || waitForTurn(turnMs, untilMs, signal);
    },
    throttled(pauseMs) {
      const nowMs = clock.now();
      const halved = nowMs < pausedUntilMs ? currentShare(nowMs) : currentShare(nowMs) / 2;
      share = Math.max(LOWEST_SHARE, halved);
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + pauseMs);
      nextTurnMs = pausedUntilMs;
      throttles += 1;
    },
    rate: () => perSecond * currentShare(clock.now()),
  };
}
