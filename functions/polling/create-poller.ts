import QuickLru from 'quick-lru';
import type { Profiles } from '../huawei/profiles.ts';
import type { ApiPublisher } from '../huawei/publish.ts';
import type { TaskQuery } from '../huawei/task-query.ts';
import { createByteBudget } from '../huawei/transport.ts';
import type { OperatorAlerter } from '../messages/operator-alerter.ts';
import type { Publisher } from '../messages/publishers.ts';
import type { TaskSchedule } from '../schedule/schedule.ts';
import type { StoreResult } from '../stores/store-result.ts';
import type { Clock, Log, MetricSink, PendingTaskStore } from '../tasks/ports.ts';
import type { ShardStore, WakeQueue } from '../tasks/shards.ts';
import {
  AWAKE_MS,
  type HoldReport,
  holdShard,
  type Lease,
  type Refusal,
  type Trigger,
  takeLease,
} from './hold-shard.ts';
import { createRateLimiter, type RateLimiter } from './lines.ts';
import { createProfileHealth } from './profile-health.ts';
import { createSettlingRound } from './settle.ts';
import { Sweep } from './sweep.ts';

/** Huawei publishes no limit for APIG's management API; its others allow 5 to 10 requests a second and user. */
export const DEFAULT_REQUESTS_PER_SECOND = 10;
/** The share of a profile's limit that polls may use; the rest is for retries elsewhere, for starts and for people. */
export const POLLS_SHARE = 0.8;

/** Results of which some publishers have been told and others refused. */
const REMEMBERED_RESULTS = 10_000;

/** How long a run goes on at most; with the 5 s for what is under way it ends before the next minute's. */
const LIFE_MS = 55_000;
/** Kept back at the end of an invocation for polls and settlements under way. */
const RESERVE_MS = 15_000;
/** A wake that found the shard held comes again after this. */
const WAKE_AGAIN_S = 1;

export type PollerSettings = {
  /** How many shards there are. A wake from before a deployment that changed it would begin a second chain of runs. */
  shards: number;
  /** Polls of one profile in flight at once. */
  concurrency: number;
  /** Bytes of large answers that are held at once. */
  answerBytes: number;
  /** How long results are kept. */
  retentionMs: number;
};

export type PollerDeps = {
  pending: PendingTaskStore;
  shards: ShardStore;
  wakes: WakeQueue;
  query: TaskQuery;
  /** Publishes what imports made; needed where tasks are started. */
  publisher?: Pick<ApiPublisher, 'publish'>;
  storeResult: StoreResult;
  publishers: readonly Publisher[];
  operatorAlerts: OperatorAlerter;
  /** Read at the start of each run, so that a rotated secret needs no deploy. */
  profiles(): Promise<Profiles>;
  schedule: TaskSchedule;
  /** See `SettleDeps`; absent where several processes poll. */
  aloneSinceMs?: number | undefined;
  /** The most memory that the process has had, in MB, for the line of each run. */
  peakMemoryMb?: () => number;
  clock: Clock;
  metrics: MetricSink;
  log: Log;
  settings: PollerSettings;
};

export type RunLimits = {
  /** How long the process may go on. Default: as long as a run wants. */
  remainingMs?: number;
  /** Ends the run early. */
  signal?: AbortSignal;
};

/** What a run did, or why it had nothing to do. */
export type RunReport = ({ kind: 'ran' } & HoldReport) | { kind: Refusal | 'stale' };

/** Sweeps the trigger's shard, unless somebody else does: see `hold-shard.ts`. */
export type Poller = (trigger: Trigger, limits?: RunLimits) => Promise<RunReport>;

/** Puts the parts of the poller together; make it once per process, call it once per trigger. */
export function createPoller(deps: PollerDeps): Poller {
  const { clock, log, settings, wakes } = deps;
  const process = {
    health: createProfileHealth(clock, deps.operatorAlerts),
    limiters: createLimiters(clock),
    budget: createByteBudget(settings.answerBytes),
    toldBefore: new QuickLru<string, number>({ maxSize: REMEMBERED_RESULTS }),
    isBusy: false,
  };

  const sendWake = async (trigger: Trigger, dueMs: number, delayS: number) => {
    try {
      await wakes.send({ shard: trigger.shard, dueMs }, delayS);
    } catch (error) {
      log.warn('wake not sent, the next minute serves', { error });
    }
  };
  const run = async (trigger: Trigger, lease: Lease, limits: RunLimits): Promise<HoldReport> => {
    const { coveredUntilMs, asked } = lease;
    const none = { coveredUntilMs, scannedUntilMs: coveredUntilMs, asked };
    let report: HoldReport | undefined;
    try {
      const { remainingMs = Number.POSITIVE_INFINITY, signal = NEVER } = limits;
      const untilMs = clock.now() + Math.min(LIFE_MS, remainingMs - RESERVE_MS);
      const sweep = await createSweep(deps, process, { trigger, untilMs, lease, signal });
      report = await holdShard(
        { clock, lease, sweep, totalShards: trigger.shard.totalSegments, dueMs: trigger.dueMs },
        untilMs,
        signal,
      );
      const { isWhole, nextDueMs } = report;
      process.isBusy = report.isBusy;
      // First the wake, then the release: who dies in between has sent one wake too many, and lost none.
      if (isWhole && Number.isFinite(nextDueMs) && !signal.aborted)
        await sendWake(trigger, nextDueMs, Math.max(0, Math.floor((nextDueMs - clock.now()) / 1_000)));
      sweep.throwTroubles();
      return report;
    } finally {
      await lease.release(report ?? none);
      if (report) noteRun(deps, report);
    }
  };
  return async (trigger, limits = {}) => {
    if (trigger.shard.totalSegments !== settings.shards) {
      log.info('trigger of another number of shards ignored', trigger.shard);
      return { kind: 'stale' };
    }
    const lease = await takeLease(deps, trigger, process.isBusy ? { awakeForMs: AWAKE_MS } : {});
    if (typeof lease === 'object') return { kind: 'ran', ...(await run(trigger, lease, limits)) };
    if (lease === 'later' && trigger.dueMs !== undefined) await sendWake(trigger, trigger.dueMs, WAKE_AGAIN_S);
    return { kind: lease };
  };
}

const NEVER = new AbortController().signal;

/** What a process keeps from run to run. */
type Process = {
  health: ReturnType<typeof createProfileHealth>;
  limiters: ReturnType<typeof createLimiters>;
  budget: ReturnType<typeof createByteBudget>;
  toldBefore: QuickLru<string, number>;
  /** The last run polled much, so the next one will. */
  isBusy: boolean;
};

type Run = { trigger: Trigger; lease: Lease; untilMs: number; signal: AbortSignal };

async function createSweep(deps: PollerDeps, process: Process, { trigger, lease, untilMs, signal }: Run) {
  const { shard } = trigger;
  const profiles = await deps.profiles();
  process.limiters.configure(profiles, shard.totalSegments);
  const { health, budget, toldBefore } = process;
  const round = createSettlingRound({
    ...deps,
    toldBefore,
    storeResult: withDefaultCallback(deps.storeResult, profiles),
  });
  const parts = {
    ...deps,
    ...deps.settings,
    health,
    asked: lease.asked,
    budget,
    round,
    limiterOf: process.limiters.of,
    random: Math.random,
  };
  return new Sweep(parts, { shard, untilMs, mayPoll: () => lease.mayPoll(), signal });
}

/** From so many requests or tasks on, or from that age, a run is worth a metric, which is paid for by the hour. */
const MANY = 10;
const OLD_MS = 10 * 60_000;

/** Gauges that say nothing are left out: a small deployment pays for none. */
function noteRun({ metrics, log, peakMemoryMb }: PollerDeps, report: HoldReport): void {
  const { pending, oldestAgeMs, scans, polled, requests, missed, isWhole, coveredUntilMs } = report;
  if (requests >= MANY) metrics.add('Polls', requests);
  if (pending >= MANY || oldestAgeMs >= OLD_MS) {
    metrics.add('PendingTasks', pending);
    metrics.add('OldestPendingAgeSeconds', oldestAgeMs / 1000, 'Seconds');
  }
  if (polled === 0 && missed === 0 && isWhole) return;
  log.info('run ended', {
    ...{ scans, polled, missed, pending },
    covered_until: new Date(coveredUntilMs).toISOString(),
    ...(peakMemoryMb && { peak_memory_mb: peakMemoryMb() }),
  });
}

/** A profile may name the callback of every task that has none of its own; marked, because it stays the profile's. */
function withDefaultCallback(storeResult: StoreResult, profiles: Profiles): StoreResult {
  return (result) => {
    const callbackUrl = result.callbackUrl === undefined ? profiles[result.profile]?.callback_url : undefined;
    return storeResult(callbackUrl === undefined ? result : { ...result, callbackUrl, isCallbackDefault: true });
  };
}

/** One limiter per profile, kept over runs so that a throttled profile recovers slowly; a new one when its rate changes. */
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
        ensure(name, (POLLS_SHARE * (requests_per_second ?? DEFAULT_REQUESTS_PER_SECOND)) / shards);
    },
    of: (profile: string) => limiters.get(profile)?.limiter ?? ensure(profile, DEFAULT_REQUESTS_PER_SECOND),
  };
}
