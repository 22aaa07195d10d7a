import type { TaskQuery } from '../huawei/task-query.ts';
import type { Allowance } from '../huawei/transport.ts';
import type { Fault, Observation } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';
import type { RateLimiter } from './lines.ts';
import type { Learned, ProfileHealth } from './profile-health.ts';

export type ObserveDeps = {
  query: TaskQuery;
  clock: Clock;
  health: Pick<ProfileHealth, 'begin' | 'restOf'>;
  limiterOf(profile: string): RateLimiter;
  /** 0 ≤ x < 1; for the jitter. */
  random(): number;
};

export type ObserveLimits = {
  /** No new request after this instant (epoch milliseconds). */
  untilMs: number;
  /** Whether a request may begin now. */
  mayPoll(): boolean;
  /** No new request after it aborts; one in flight may finish. */
  signal: AbortSignal;
  /** Cuts requests in flight off: a server that drips its answer must not hold the invocation. */
  cutOff: AbortSignal;
  /** For large answers. */
  allowance: Allowance;
};

/** What a poll learned, and how many requests it took; none where the profile is paused. */
export type Observed = { observation: Observation; requests: number };

const MAX_RETRIES = 2;
const BACKOFF_BASE_MS = 200;
const BACKOFF_CAP_MS = 5_000;
/** A profile asks again after this whatever `Retry-After` says, as it polls every task at least every five minutes. */
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * Polls one task whose turn has come: up to three requests for passing faults, with full jitter between them
 * (delay uniform in [0, min(cap, base · 2^n)), or `Retry-After` where Huawei sent one), each further one at a turn of
 * its own, all before `untilMs`.
 */
export async function observeTask(deps: ObserveDeps, task: PendingTask, limits: ObserveLimits): Promise<Observed> {
  const paused = deps.health.restOf(task);
  // Refused since this one was let in: a row of bad signatures would lock the key.
  if (paused) return { observation: { kind: 'fault', fault: paused }, requests: 0 };
  const report = deps.health.begin(task);
  let learned: Learned = 'nothing';
  const poll = { signal: limits.cutOff, allowance: limits.allowance };
  try {
    for (let requests = 1; ; requests += 1) {
      limits.allowance.release();
      const observation = await deps.query.poll(task, poll);
      learned = observation.kind === 'fault' ? observation.fault : 'works';
      const observed = { observation, requests };
      if (observation.kind !== 'fault' || !isPassing(observation.fault)) return observed;
      if (!(await waitToRetry(deps, task, { ...limits, fault: observation.fault, requests }))) return observed;
    }
  } finally {
    await report(learned);
  }
}

/** Waits for another turn; false where the fault has to do for now. */
async function waitToRetry(
  { limiterOf, health, clock, random }: ObserveDeps,
  task: PendingTask,
  { fault, requests, untilMs, signal, mayPoll }: ObserveLimits & { fault: Fault; requests: number },
): Promise<boolean> {
  const limiter = limiterOf(task.profile);
  const delayMs = backoffMs(fault, requests - 1, random());
  if (fault.class === 'throttled') limiter.throttled(delayMs);
  if (requests > MAX_RETRIES || clock.now() + delayMs > untilMs) return false;
  if (fault.class !== 'throttled') await clock.sleep(delayMs, signal);
  return (await limiter.take(untilMs, signal)) && mayPoll() && !health.restOf(task);
}

const isPassing = (fault: Fault) => fault.class === 'transient' || fault.class === 'throttled';

/** `Retry-After` where there is one, else full jitter. A throttled second is at least worth a second. */
function backoffMs(fault: Fault, attempt: number, random: number): number {
  if (fault.retryAfterMs !== undefined) return Math.min(fault.retryAfterMs, LONGEST_PAUSE_MS);
  const jittered = random * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt);
  return fault.class === 'throttled' ? 1_000 + jittered : jittered;
}
