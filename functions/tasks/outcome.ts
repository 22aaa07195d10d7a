import type { ParsedResult } from './parsed-result.ts';
import type { TaskError, TaskIdentity } from './task.ts';

export const OUTCOMES = ['succeeded', 'partially_succeeded', 'failed', 'expired', 'not_found', 'rejected'] as const;

/** How a watched task ended. */
export type Outcome = (typeof OUTCOMES)[number];

/** Ends of our watching, not of the task: how it went is not known, so watching it again may tell. */
const ENDS_OF_WATCHING: readonly Outcome[] = ['expired', 'not_found', 'rejected'];

/** Whether a task that ended so may be watched again. */
export function canWatchAgain(outcome: Outcome): boolean {
  return ENDS_OF_WATCHING.includes(outcome);
}

/** Counts that a person reads first. Only what applies is there; wire names, for it is stored and sent as it is. */
export type Summary = {
  created?: number;
  updated?: number;
  failed?: number;
  ignored?: number;
  group_id?: string;
  file_name?: string;
  size_bytes?: number;
};

/** One attempt's end at handing the event to somebody. */
export type Delivery = {
  /** `webhook`, or a Slack channel's name. Never an address. */
  channel: string;
  status: 'delivered' | 'failed' | 'gone';
  at: string;
  attempts: number;
  /** The receiver's HTTP status, where it answered. */
  http_status?: number;
  reason?: string;
};

/** One row of `TaskResults`. Times are epoch milliseconds; `expiresAtS` is epoch seconds, as DynamoDB's TTL wants. */
export type TaskResult = TaskIdentity & {
  outcome: Outcome;
  /** `import_api`, `export_api` or what Huawei said; absent when it never answered. */
  taskType?: string;
  /** `task_status` as Huawei said it. */
  taskStatus?: string;
  registeredAtMs: number;
  completedAtMs: number;
  /** How many polls the schedule asked for. */
  polls?: number;
  summary: Summary;
  result: ParsedResult;
  error?: TaskError;
  expiresAtS: number;
  deliveries?: Delivery[];
  /** The `callbackUrl` is that of the profile, for the requester named none. */
  isCallbackDefault?: boolean;
};

/** CloudEvents `id`: the same at every repeat of the same end. */
export function eventId(result: Pick<TaskResult, 'taskId' | 'outcome'>): string {
  return `${result.taskId}:${result.outcome}`;
}
