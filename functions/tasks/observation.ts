import type { FaultClass } from '../names.ts';
import type { ParsedResult } from './result.ts';
import type { TaskError } from './task.ts';

/** A classified error from Huawei or from the way there. */
export type Fault = {
  class: FaultClass;
  error: TaskError;
  /** The profile can sign in to its own project: what is refused is the task's. */
  isOfProject?: true;
  /** From `Retry-After`, where the answer had one. */
  retryAfterMs?: number;
};

/** Huawei's answer about one task, parsed. `taskStatus` is verbatim. */
export type TaskAnswer =
  | { kind: 'pending'; taskStatus: string; taskType?: string }
  | { kind: 'final'; succeeded: boolean; taskStatus: string; taskType?: string; result: ParsedResult };

/** What one poll learned. */
export type Observation = TaskAnswer | { kind: 'fault'; fault: Fault };
