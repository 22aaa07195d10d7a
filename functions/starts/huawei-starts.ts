import type { StartOrder } from '../tasks/start.ts';
import type { TaskError, TaskIdentity } from '../tasks/task.ts';

/** Which gateway, and with which credentials. */
export type StartTarget = Pick<TaskIdentity, 'instanceId' | 'projectId' | 'profile'>;

/** What Huawei made of a start. Only `refused` and `busy` are sure to have begun nothing. */
export type StartAnswer =
  | { kind: 'started'; taskId: string }
  /** `isReached` is false where Huawei, or its IAM, could not be asked. */
  | { kind: 'refused'; error: TaskError; isReached: boolean }
  /** 409 while another task runs, or 429. */
  | { kind: 'busy'; error: TaskError; retryAfterMs?: number }
  /** No answer, a 5xx, or one that cannot be read: it may have begun. */
  | { kind: 'lost'; error: TaskError };

export type GroupLookup = { kind: 'found'; groupId: string } | { kind: 'none' } | { kind: 'failed'; error: TaskError };

/** Huawei's side of a start. Neither method throws. */
export interface HuaweiStarts {
  /** One call, never repeated but with a renewed token. `file` is an import's. Gives up at `timeoutMs`. */
  start(order: StartOrder, target: StartTarget, call: { file?: Uint8Array; timeoutMs: number }): Promise<StartAnswer>;
  /** The group of exactly this name, if it was made at `sinceMs` (epoch milliseconds) or later. */
  findGroup(target: StartTarget, name: string, sinceMs: number): Promise<GroupLookup>;
}
