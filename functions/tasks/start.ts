import type { PendingTask, StartedFile, TaskError } from './task.ts';

/** Huawei's own fields of an import, but for the file. Source: APIG API reference, ImportApiDefinitionsAsync. */
export type ImportFields = {
  is_create_group?: string;
  group_id?: string;
  extend_mode?: string;
  api_mode?: string;
  simple_mode?: string;
  mock_mode?: string;
};

/** Huawei's own fields of an export. Source: APIG API reference, ExportApiDefinitionsAsync. */
export type ExportFields = {
  group_id: string;
  env_id: string;
  define?: string;
  type?: string;
  version?: string;
  apis?: string[];
  oas_version?: string;
};

/** What Huawei is asked to begin. `title` names the group that an import makes. */
export type StartOrder =
  | { type: 'import_api'; fields: ImportFields; file: StartedFile; title?: string }
  | { type: 'export_api'; fields: ExportFields };

/** The task that a start becomes once Huawei has given its id. */
export type PlannedTask = Omit<PendingTask, 'taskId'>;

/**
 * How far a start is.
 *
 *     calling ──202──► started ──registered──► watched
 *        │ ╲
 *        │  ╲──refused──► the intent goes
 *        └──answer lost──► export: calling again · import: unknown
 */
export type StartState =
  /** Somebody asks Huawei until then (epoch milliseconds); after it, whoever did has died. */
  | { kind: 'calling'; untilMs: number }
  /** Huawei has given the id; the task may not be registered yet. */
  | { kind: 'started'; taskId: string }
  | { kind: 'watched'; taskId: string }
  /** The answer to an import was lost. `groupId`: a group of its title that was made since, until it `isSearched`. */
  | { kind: 'unknown'; error: TaskError; isSearched: boolean; groupId?: string };

/** One idempotency key's start: written before Huawei is called. */
export type StartIntent = {
  key: string;
  /** Of the request: fields and file. Another request under the same key is refused. */
  fingerprint: string;
  order: StartOrder;
  task: PlannedTask;
  state: StartState;
  createdAtMs: number;
  /** Epoch milliseconds; the key is free after it. */
  expiresAtMs: number;
  /** Begins anywhere, and grows by one with each change. */
  version: number;
};

/** The intents of the last 24 hours. An expired one is as if it were not there. Throws `StoreError`. */
export interface StartIntentStore {
  /** Puts an intent if its key has none. */
  claim(intent: StartIntent): Promise<{ kind: 'claimed' } | { kind: 'exists'; intent: StartIntent }>;
  get(key: string): Promise<StartIntent | undefined>;
  /** Replaces the intent of this key by `next` if it still has the version before that; false if it does not. */
  replace(next: StartIntent): Promise<boolean>;
  /** Deletes the intent if it still has this version, or is gone; false if it has another one. */
  remove(intent: StartIntent): Promise<boolean>;
  /** Intents that are not finished: see `isOpen`. In no order, at most `limit`. */
  listOpen(limit: number): Promise<StartIntent[]>;
}

/** Whether the heartbeat has something to do about an intent. */
export function isOpen({ state }: StartIntent): boolean {
  return state.kind === 'unknown' ? !state.isSearched : state.kind !== 'watched';
}
