import type { ProfileDefaults } from '../huawei/profile-parts.ts';
import type { Clock, FileStore, Log, PendingTaskStore, TaskResultStore } from '../tasks/ports.ts';
import type { FileRef, TaskResult } from '../tasks/result.ts';
import type { PendingTask } from '../tasks/task.ts';
import type { Change } from './access.ts';
import type { ApiKey } from './api-keys.ts';
import type { WakePoller } from './wake-poller.ts';

/** Where exported documents are read from. */
type DocumentStore = Pick<FileStore, 'open'> & {
  /** An https address from which the file can be fetched for a few minutes, with this `Content-Disposition`. */
  presign?(ref: FileRef, contentDisposition: string): Promise<string>;
};

/** What registers and starts tasks: without documents and messages. */
export type RegistrationDeps = Omit<TasksApiDeps, 'files' | 'republish'>;

/** What `createTasksApiHandler` works with. */
export type TasksApiDeps = {
  pending: PendingTaskStore;
  results: TaskResultStore;
  files: DocumentStore;
  /** What the API may know of each profile, by name. Never its credentials. */
  profiles(): Promise<Record<string, ProfileDefaults>>;
  /** The API keys that are valid now. */
  apiKeys(): Promise<readonly ApiKey[]>;
  /** Keeps one line about a change that a request has made. */
  audit(change: Change): void;
  schedule: { nextPollAt(task: PendingTask, nowMs: number): number };
  /** Publishes a result again under its first event id; to everybody, or to one channel. */
  republish(result: TaskResult, channel?: string): Promise<void>;
  /** Called after the row of a task was put, so that the poller asks for it soon. Default: the heartbeat does. */
  wakePoller?: WakePoller;
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** For registrations that name no `deadline_seconds`. */
  taskDeadlineMs: number;
  /** Local mode: `callback_url` may be plain http to a loopback address. Default false. */
  allowLoopbackCallbacks?: boolean;
  /** Sorts a literal IP address, so that a callback to one that no event is posted to is refused. Default: none is. */
  classifyAddress?(literal: string): 'public' | 'loopback' | 'internal';
  /** No event is posted to a `callback_url` in this deployment. Default false. */
  areWebhooksOff?: boolean;
  /** Names of the channels; none where channels are off. Absent where they are not known here. */
  channels?: readonly string[];
  /**
   * Local mode: resolves when the task may have ended, after `timeoutMs` at most. Without it `?wait=` is answered at once,
   * because a waiting request would hold a function.
   */
  untilEnd?(taskId: string, timeoutMs: number): Promise<void>;
  /** Local mode: documents are answered as streams, without Lambda's limit on an answer. Default false. */
  canStream?: boolean;
};
