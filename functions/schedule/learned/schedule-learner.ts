import type { Clock, Log, TaskResultStore } from '../../tasks/ports.ts';
import type { PollSchedule } from '../schedule.ts';
import { learnByGateway } from './gateway-durations.ts';
import { createLearnedSchedule, type LearnedSchedule } from './learned-schedule.ts';

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
