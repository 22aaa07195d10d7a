import type { Observation } from '../tasks/observation.ts';
import type { TaskIdentity } from '../tasks/task.ts';
import type { Allowance } from './byte-budget.ts';

export type PollLimits = {
  /** Cuts the request off. */
  signal?: AbortSignal | undefined;
  /** What a large answer takes its share of before it is read; who gives it releases it. */
  allowance?: Allowance | undefined;
};

/** Asks Huawei about one task. Never throws: every fault is classified. */
export interface TaskQuery {
  poll(task: TaskIdentity, limits?: PollLimits): Promise<Observation>;
}
