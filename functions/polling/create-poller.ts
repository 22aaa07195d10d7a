import { createByteBudget } from '../huawei/byte-budget.ts';
import type { Profiles } from '../huawei/profile.ts';
import type { TaskQuery } from '../huawei/task-query.ts';
import type { OperatorAlerter } from '../messages/operator-alerter.ts';
import type { Publisher } from '../messages/publishers.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { StoreResult } from '../stores/store-result.ts';
import { createBoundedMap } from '../tasks/bounded-map.ts';
import type { Clock, Log, MetricSink, PendingTaskStore } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import { type ObserveLimits, observeTask } from './observe-task.ts';
import { createPollWindow, type WindowReport, type WindowRequest } from './poll-window.ts';
import { createProfileHealth } from './profile-health.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';
import { createSettlingRound } from './settle.ts';
import { createPlaces, createSweeper } from './sweep.ts';

/** Huawei publishes no limit for APIG's management API; its others allow 5 to 10 requests a second and user. */
const DEFAULT_REQUESTS_PER_SECOND = 10;

/** Results of which some publishers have been told and others refused. */
const REMEMBERED_RESULTS = 10_000;

/** How long polls in flight may go on after the last one was started. */
const FINISH_MS = 8_000;

export type PollerSettings = {
  /** Length of a window; windows lie on multiples of it. */
  windowMs: number;
  minSweepGapMs: number;
  /** Polls of one profile in flight at once. */
  concurrency: number;
  /** Bytes of large answers that are held at once. Default 256 MiB. */
  answerBytes?: number;
  /** How long results are kept. */
  retentionMs: number;
};

export type PollerDeps = {
  pending: PendingTaskStore;
  query: TaskQuery;
  storeResult: StoreResult;
  publishers: readonly Publisher[];
  operatorAlerts: OperatorAlerter;
  /** Read at the start of each window, so that a rotated secret needs no deploy. */
  profiles(): Promise<Profiles>;
  /** The schedule to use in the window that begins. */
  schedule(): Promise<TaskSchedule>;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  settings: PollerSettings;
};

/** Covers one window; see `createPollWindow`. */
export type Poller = (request: WindowRequest) => Promise<WindowReport>;

/** Puts the parts of the poller together; make it once per process, call it once per window. */
export function createPoller(deps: PollerDeps): Poller {
  const { clock, metrics, log, settings } = deps;
  const health = createProfileHealth(clock, deps.operatorAlerts);
  const limiters = createLimiters(clock);
  const places = createPlaces(settings.concurrency);
  const budget = createByteBudget(settings.answerBytes ?? 256 * 2 ** 20);
  const toldBefore = createBoundedMap<number>(REMEMBERED_RESULTS);
  const pollWindow = createPollWindow({ ...settings, clock, metrics, log, beginWindow: health.beginWindow });
  return async (request) => {
    const [profiles, schedule] = await Promise.all([deps.profiles(), deps.schedule()]);
    limiters.configure(profiles, request.segment.totalSegments);
    const grace = createGrace(clock, request.stopAtMs + FINISH_MS);
    const observing = {
      query: deps.query,
      clock,
      health,
      limiterOf: limiters.of,
      cutOff: grace.signal,
      random: Math.random,
    };
    const settling = { ...deps, toldBefore, storeResult: withDefaultCallback(deps.storeResult, profiles) };
    const sweeping = {
      ...{ pending: deps.pending, schedule, clock, metrics, log, random: Math.random },
      ...{ places, budget },
      retentionMs: settings.retentionMs,
      observe: (task: PendingTask, limits: ObserveLimits) => observeTask(observing, task, limits),
      startRound: () => createSettlingRound(settling),
    };
    return pollWindow(request, createSweeper(sweeping)).finally(grace.end);
  };
}

/** A signal that aborts at `untilMs` (epoch milliseconds), unless the run has ended before. */
function createGrace(clock: Clock, untilMs: number): { signal: AbortSignal; end(): void } {
  const cutOff = new AbortController();
  const ended = new AbortController();
  void clock.sleep(Math.max(0, untilMs - clock.now()), ended.signal).then(() => {
    if (!ended.signal.aborted) cutOff.abort(new DOMException('the run is over', 'TimeoutError'));
  });
  return { signal: cutOff.signal, end: () => ended.abort() };
}

/** A profile may name the callback of every task that has none of its own; marked, for it stays the profile's. */
function withDefaultCallback(storeResult: StoreResult, profiles: Profiles): StoreResult {
  return (result) => {
    const callbackUrl = result.callbackUrl === undefined ? profiles[result.profile]?.callback_url : undefined;
    return storeResult(callbackUrl === undefined ? result : { ...result, callbackUrl, isCallbackDefault: true });
  };
}

/** One limiter per profile, kept over windows so that a throttled profile recovers slowly; made anew when its rate is. */
function createLimiters(clock: Clock) {
  const limiters = new Map<string, { perSecond: number; limiter: RateLimiter }>();
  const ensure = (profile: string, perSecond: number): RateLimiter => {
    const known = limiters.get(profile);
    if (known?.perSecond === perSecond) return known.limiter;
    const limiter = createRateLimiter(perSecond, clock);
    limiters.set(profile, { perSecond, limiter });
    return limiter;
  };
  return {
    configure(profiles: Profiles, shards: number) {
      for (const [name, { requests_per_second }] of Object.entries(profiles))
        ensure(name, (requests_per_second ?? DEFAULT_REQUESTS_PER_SECOND) / shards);
    },
    of: (profile: string) => limiters.get(profile)?.limiter ?? ensure(profile, DEFAULT_REQUESTS_PER_SECOND),
  };
}
