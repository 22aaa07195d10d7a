import { type DurationModel, type DurationSample, learnDurations } from './duration-model.ts';
import { createLearnedSchedule, type LearnedSchedule } from './learned-schedule.ts';
import type { TaskResult } from './outcome.ts';
import { type PollSchedule, previousPollAt } from './poll-schedule.ts';
import type { Clock, Log, TaskResultStore } from './ports.ts';

export type LearnerDeps = {
  results: Pick<TaskResultStore, 'list'>;
  clock: Clock;
  log: Log;
  base: PollSchedule;
};

/** Results that one look at the index covers: about 300 KB, 40 read units. */
const NEWEST = 1_000;
const REFRESH_MS = 10 * 60_000;

/**
 * Gives the schedule to use for one invocation. It is learned from the newest results, which are there anyway: no write
 * per poll or per task, and one query of their index per process and ten minutes.
 * Never throws: where the results cannot be read, the schedule stays what it was, at first the plain one.
 */
export function createScheduleLearner(deps: LearnerDeps): () => Promise<LearnedSchedule> {
  let current = createLearnedSchedule(new Map(), deps.base);
  let staleAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (deps.clock.now() < staleAtMs) return current;
    staleAtMs = deps.clock.now() + REFRESH_MS;
    try {
      const { items } = await deps.results.list({}, { limit: NEWEST });
      current = createLearnedSchedule(learnByGateway(items, deps.base), deps.base);
    } catch (error) {
      deps.log.warn('durations not learned', { error });
    }
    return current;
  };
}

/** A model for each gateway with enough results that say something; `results` newest first. */
export function learnByGateway(results: readonly TaskResult[], base: PollSchedule): Map<string, DurationModel> {
  const samples = new Map<string, DurationSample[]>();
  for (const result of results) {
    if (!hasDuration(result)) continue;
    const known = samples.get(result.instanceId) ?? [];
    known.push(sampleOf(result, base));
    samples.set(result.instanceId, known);
  }
  const models = new Map<string, DurationModel>();
  for (const [instanceId, known] of samples) {
    const model = learnDurations(known);
    if (model) models.set(instanceId, model);
  }
  return models;
}

/** Our own ends (a deadline, a refusal) say nothing about how long Huawei takes. */
function hasDuration({ outcome }: TaskResult): boolean {
  return outcome === 'succeeded' || outcome === 'partially_succeeded' || outcome === 'failed';
}

/** Rows of before `pendingUntilMs` was kept were polled by the plain schedule. */
function sampleOf(result: TaskResult, base: PollSchedule): DurationSample {
  const byMs = Math.max(1, result.completedAtMs - result.registeredAtMs);
  const pendingUntilMs = result.pendingUntilMs ?? previousPollAt(result, result.completedAtMs, base);
  return { afterMs: Math.max(0, Math.min(pendingUntilMs - result.registeredAtMs, byMs - 1)), byMs };
}
