import type { Allowance } from './byte-budget.ts';
import type { Observation } from './observation.ts';
import type { Delivery, Outcome, TaskResult } from './outcome.ts';
import type { FileRef } from './parsed-result.ts';
import type { Heard, PendingTask, TaskError, TaskIdentity } from './task.ts';

/** Time, so that tests can hold it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

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
  /** Deletes; false when it was not there. */
  remove(taskId: string): Promise<boolean>;
}

export type ResultFilter = { outcome?: Outcome; instanceId?: string; label?: string };

/** `TaskResults`. Expired rows are not returned even where TTL has not deleted them yet. */
export interface TaskResultStore {
  /** Conditional put: an existing result stays as it is and is returned. */
  put(result: TaskResult): Promise<{ kind: 'stored' } | { kind: 'exists'; result: TaskResult }>;
  get(taskId: string): Promise<TaskResult | undefined>;
  /** Newest first. Items carry identity, outcome, times and summary; `result` is `{kind:'none'}` in a listing. */
  list(filter: ResultFilter, page: PageRequest): Promise<Page<TaskResult>>;
  /** Deletes this very end of the task; false where there is none any more, or another one. */
  remove(end: Pick<TaskResult, 'taskId' | 'outcome' | 'completedAtMs'>): Promise<boolean>;
  /** Appends to `deliveries` in one write, keeping the last 20. Nothing where there is no result. */
  recordDeliveries(taskId: string, deliveries: readonly Delivery[]): Promise<void>;
}

/** Exported documents and large results. */
export interface FileStore {
  /** Idempotent: the same key with the same bytes may be put again. */
  put(key: string, body: string | Uint8Array, mediaType: string): Promise<FileRef>;
  /** The bytes as a stream; undefined when there is no such file. */
  open(ref: FileRef): Promise<ReadableStream<Uint8Array> | undefined>;
}

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

/** Entries that could not be published stay pending and are published by a later sweep. */
export type PublishReport = { failed: { taskId: string; reason: string }[] };

/** Tells machines: one CloudEvent per result to `TaskEvents`. Throws only when nothing can be published at all. */
export interface EventPublisher {
  publish(results: TaskResult[]): Promise<PublishReport>;
}

/** Tells people, in as few messages as a burst allows. */
export interface AlertPublisher {
  publish(results: TaskResult[]): Promise<PublishReport>;
}

/** Something an operator must fix, once per `key` and period. */
export type OperatorAlert = { key: string; subject: string; body: string };
export interface OperatorAlerter {
  /** True when it was sent, false when the same key was sent recently. */
  raise(alert: OperatorAlert): Promise<boolean>;
}

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';
/** Where numbers go: Powertools' EMF in AWS, nothing or a counter locally. */
export interface MetricSink {
  add(name: string, value: number, unit?: MetricUnit): void;
}

/** Structured log lines; never given a secret. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
