import type { ParsedResult } from './parsed-result.ts';
import type { TaskError } from './task.ts';

/** What a fault means for the watched task; see `classifyError`. */
export type FaultClass =
  /** The request can never succeed (400). */
  | 'permanent'
  /** Credentials are refused (401, bad signature, IAM down or refusing): the profile is broken, not the task. */
  | 'unauthenticated'
  /** No permission (403 and its kin): permanent until a person acts. */
  | 'forbidden'
  /** The task is unknown to Huawei (404 APIG.3093), or belongs to another project (409 APIG.1149). */
  | 'not_found'
  /** The gateway, path or host is unknown (404, other codes). */
  | 'gateway_not_found'
  /** Slow down (429, APIG.9008). */
  | 'throttled'
  /** Passing: 409, 5xx, network, time-outs, unreadable answers. */
  | 'transient';

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
