import type { TaskResult } from '../core/outcome.ts';
import type { FileRef } from '../core/parsed-result.ts';
import type { Clock, FileStore, Log, PendingTaskStore, TaskResultStore } from '../core/ports.ts';
import type { PendingTask } from '../core/task.ts';

/** What the API may know of a profile: its name and what a registration can leave out. Never its credentials. */
export type ProfileDefaults = { project_id: string; instance_id?: string };

/** Where exported documents are read from. */
export type DocumentStore = Pick<FileStore, 'open'> & {
  /** An https address from which the file can be fetched for a few minutes, with this `Content-Disposition`. */
  presign?(ref: FileRef, contentDisposition: string): Promise<string>;
};

/** What `createTasksApiHandler` works with. */
export type TasksApiDeps = {
  pending: PendingTaskStore;
  results: TaskResultStore;
  files: DocumentStore;
  /** By name. */
  profiles(): Promise<Record<string, ProfileDefaults>>;
  /** SHA-256 of each API key that is valid now. */
  apiKeyHashes(): Promise<readonly Buffer[]>;
  schedule: { nextPollAt(task: PendingTask, nowMs: number): number };
  /** Publishes a result again under its first event id; to everybody, or to one channel. */
  republish(result: TaskResult, channel?: string): Promise<void>;
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** For registrations that name no `deadline_seconds`. */
  taskDeadlineMs: number;
  /** Local mode: `callback_url` may be plain http to a loopback address. Default false. */
  allowLoopbackCallbacks?: boolean;
  /** Local mode: documents are answered as streams, without Lambda's limit on an answer. Default false. */
  canStream?: boolean;
};
