import type { MetricName } from '../names.ts';
import { StoreError } from './errors.ts';
import type { ResultFilter } from './filter.ts';
import type { Delivery, FileRef, TaskResult } from './result.ts';
import type { Heard, PendingTask, TaskError } from './task.ts';

/** One part of a parallel scan, as DynamoDB numbers them. */
export type Segment = { segment: number; totalSegments: number };

export type PageRequest = { limit: number; cursor?: string };
export type Page<T> = { items: T[]; nextCursor?: string };

/** `PendingTasks`. Throws `StoreError` for what the store cannot do. */
export interface PendingTaskStore {
  /** Conditional put: an existing row stays as it is and is returned. */
  register(task: PendingTask): Promise<{ kind: 'created' } | { kind: 'exists'; task: PendingTask }>;
  get(taskId: string): Promise<PendingTask | undefined>;
  /** Pages of one segment, eventually consistent, in the table's order. Memory: one page (≤ 1 MB of items). */
  scan(segment: Segment): AsyncIterable<PendingTask[]>;
  /** Keeps the last error on the row (`undefined` clears it). No write when the row is gone. */
  recordError(taskId: string, error: TaskError | undefined): Promise<void>;
  /** Remembers, in this process only, what Huawei said of a task that goes on: it is not worth a write unit. */
  noteHeard(taskId: string, heard: Heard): void;
  /** The task with a deadline that has moved since it was read; absent where none moves. */
  asOfNow?(task: PendingTask): PendingTask;
  /** Deletes; false when it was not there. */
  remove(taskId: string): Promise<boolean>;
}

/** `TaskResults`. Expired rows are not returned even where TTL has not deleted them yet. */
export interface TaskResultStore {
  /** Conditional put: an existing result stays as it is and is returned, unless it cannot be read. */
  put(result: TaskResult): Promise<{ kind: 'stored' } | { kind: 'exists'; result: TaskResult }>;
  /** Throws `UnreadableTaskError` too. */
  get(taskId: string): Promise<TaskResult | undefined>;
  /** Newest first. Items carry identity, outcome, times and summary; `result` is `{kind:'none'}` in a listing. */
  list(filter: ResultFilter, page: PageRequest): Promise<Page<TaskResult>>;
  /** Deletes this very end of the task; false where there is none any more, or another one. */
  remove(end: Pick<TaskResult, 'taskId' | 'outcome' | 'completedAtMs'>): Promise<boolean>;
  /** Deletes a result that cannot be read; false where it can be, or there is none. */
  removeUnreadable(taskId: string): Promise<boolean>;
  /** Appends to `deliveries` in one write, keeping the last 20. Nothing where there is no result. */
  recordDeliveries(taskId: string, deliveries: readonly Delivery[]): Promise<void>;
}

/** What the workers of channels do with `TaskResults`: they note how deliveries ended, and read that when one comes again. */
export interface DeliveryNotes extends Pick<TaskResultStore, 'recordDeliveries'> {
  get(taskId: string): Promise<Pick<TaskResult, 'completedAtMs' | 'deliveries'> | undefined>;
}

/** Exported documents and large results. */
export interface FileStore {
  /** Idempotent: the same key with the same bytes may be put again. */
  put(key: string, body: string | Uint8Array, mediaType: string): Promise<FileRef>;
  /** The bytes as a stream; undefined when there is no such file. */
  open(ref: FileRef): Promise<ReadableStream<Uint8Array> | undefined>;
}

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const MAX_NAME_LENGTH = 120;

/** `{task_id}/{name}`, the name reduced to characters that are safe in every file system, bucket, URL and header. */
export function fileKey(taskId: string, name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '');
  return `${taskId}/${safe.slice(-MAX_NAME_LENGTH).replace(/^\.+/, '') || 'file'}`;
}

/** Throws `StoreError` unless the key is one that `fileKey` could have made: no empty part, none that starts with a dot. */
export function checkFileKey(key: string): string {
  if (!KEY.test(key)) throw new StoreError(`Not a key of the file store: ${JSON.stringify(key.slice(0, 200))}`);
  return key;
}

/** Time, so that tests can hold it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';
/** Where numbers go: Powertools' EMF in AWS, nothing or a counter locally. */
export interface MetricSink {
  add(name: MetricName, value: number, unit?: MetricUnit): void;
}

/** Structured log lines; never given a secret. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
