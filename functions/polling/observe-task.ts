import type { Allowance } from '../huawei/byte-budget.ts';
import type { TaskQuery } from '../huawei/task-query.ts';
import type { Fault, Observation } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import type { Learned, ProfileHealth } from './profile-health.ts';
import type { RateLimiter } from './rate-limiter.ts';

export type ObserveDeps = {
  query: TaskQuery;
  clock: Clock;
  health: ProfileHealth;
  limiterOf(profile: string): RateLimiter;
  /** Cuts requests in flight off: a server that drips its answer must not hold the invocation. */
  cutOff?: AbortSignal | undefined;
  /** 0 ≤ x < 1; for the jitter. */
  random(): number;
};

export type ObserveLimits = {
  /** No new request after this instant (epoch milliseconds). */
  untilMs: number;
  /** No new request after it aborts; one in flight may finish. */
  signal?: AbortSignal | undefined;
  /** For large answers. */
  allowance?: Allowance | undefined;
};

/** One poll's end: what was learned, or that there was no turn for it in this window. */
export type Observed = { kind: 'observed'; observation: Observation; requests: number } | { kind: 'no_turn' };

const MAX_RETRIES = 2;
const BACKOFF_BASE_MS = 200;
const BACKOFF_CAP_MS = 5_000;
/** A profile asks again after this whatever `Retry-After` says, as it polls every task at least every five minutes. */
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * Polls one task: one admission, then up to three requests for passing faults, with full jitter between them
 * (delay uniform in [0, min(cap, base · 2^n)), or `Retry-After` where Huawei sent one), all before `untilMs`.
 */
export async function observeTask(deps: ObserveDeps, task: PendingTask, limits: ObserveLimits): Promise<Observed> {
  const admission = await deps.health.admit(task);
  if (admission.kind === 'rest')
    return { kind: 'observed', observation: { kind: 'fault', fault: admission.fault }, requests: 0 };
  let learned: Learned = 'nothing';
  try {
    const observed = await pollWithRetries(deps, task, limits);
    learned = learnedFrom(observed);
    return observed;
  } finally {
    await admission.report(learned);
  }
}

function learnedFrom(observed: Observed): Learned {
  if (observed.kind === 'no_turn') return 'nothing';
  return observed.observation.kind === 'fault' ? observed.observation.fault : 'works';
}

async function pollWithRetries(
  deps: ObserveDeps,
  task: PendingTask,
  { untilMs, signal, allowance }: ObserveLimits,
): Promise<Observed> {
  const limiter = deps.limiterOf(task.profile);
  let last: Observation | undefined;
  let requests = 0;
  while (requests <= MAX_RETRIES && (await limiter.take(untilMs, signal))) {
    // Refused while this one waited for its turn: a row of bad signatures would lock the key.
    const refused = deps.health.restOf(task);
    if (refused) {
      last ??= { kind: 'fault', fault: refused };
      break;
    }
    allowance?.release();
    last = await deps.query.poll(task, { signal: deps.cutOff, allowance });
    requests += 1;
    if (last.kind !== 'fault' || !isPassing(last.fault)) break;
    const delayMs = backoffMs(last.fault, requests - 1, deps.random());
    if (last.fault.class === 'throttled') limiter.throttled(delayMs);
    if (requests > MAX_RETRIES || deps.clock.now() + delayMs > untilMs) break;
    if (last.fault.class !== 'throttled') await deps.clock.sleep(delayMs, signal);
  }
  return last ? { kind: 'observed', observation: last, requests } : { kind: 'no_turn' };
}

const isPassing = (fault: Fault) => fault.class === 'transient' || fault.class === 'throttled';

/** `Retry-After` where there is one, else full jitter. A throttled second is at least worth a second. */
function backoffMs(fault: Fault, attempt: number, random: number): number {
  if (fault.retryAfterMs !== undefined) return Math.min(fault.retryAfterMs, LONGEST_PAUSE_MS);
  const jittered = random * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt);
  return fault.class === 'throttled' ? 1_000 + jittered : jittered;
}
