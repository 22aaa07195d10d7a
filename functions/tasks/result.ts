import type { Outcome } from '../names.ts';
import type { HeardAnswer, TaskError, TaskIdentity } from './task.ts';

/** Ends of our watching, not of the task: how it went is not known, so watching it again may tell. */
const ENDS_OF_WATCHING: readonly Outcome[] = ['expired', 'not_found', 'rejected'];

/** Whether a task that ended so may be watched again. */
export function canWatchAgain(outcome: Outcome): boolean {
  return ENDS_OF_WATCHING.includes(outcome);
}

/** A call in words, with its key and its body; `call` as in `POST https://…/watch`. */
export function watchAgainHelp(call: string): string {
  return `To watch it again, send ${call} with your API key ("Authorization: Bearer …") and, to change anything, JSON such as {"deadline_seconds": 86400}.`;
}

/** Counts that a person reads first. Only what applies is there; wire names, for it is stored and sent as it is. */
export type Summary = {
  created?: number;
  updated?: number;
  failed?: number;
  ignored?: number;
  published?: number;
  unpublished?: number;
  group_id?: string;
  file_name?: string;
  size_bytes?: number;
};

/** One attempt's end at handing the event to somebody. */
export type Delivery = {
  /** `webhook`, or a channel's name. Never an address. */
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
  /** Of an import of which a part failed, the first one, bounded, so that a listing can say which and why. */
  firstFailure?: FailedApi;
  /** What Huawei said before its last answer: see `PendingTask`. */
  answers?: readonly HeardAnswer[];
  /** It succeeded, and the last task of its label on this gateway had not. */
  isFirstSuccess?: true;
  /** The `callbackUrl` is that of the profile, for the requester named none. */
  isCallbackDefault?: boolean;
};

/** CloudEvents `id`: the same at every repeat of the same end; from the second watch on it ends in the watch's number. */
export function eventId({ taskId, outcome, watch = 1 }: Pick<TaskResult, 'taskId' | 'outcome' | 'watch'>): string {
  return watch < 2 ? `${taskId}:${outcome}` : `${taskId}:${outcome}:${watch}`;
}

/** A stored file: an exported document or a result too large for a table item. */
export type FileRef = {
  /** Key in the file store (bucket key, or path below the data folder). */
  location: string;
  media_type: string;
  size_bytes: number;
  /** Hex SHA-256 of the bytes. */
  sha256: string;
};

/** What Huawei said beyond what the parser knows, kept as it was. */
export type Extra = Record<string, unknown>;

export type ImportedApi = { id?: string; action?: string; method?: string; path?: string } & Extra;
export type FailedApi = { method?: string; path?: string; error_code?: string; error_msg?: string } & Extra;
export type IgnoredApi = { method?: string; path?: string } & Extra;

/**
 * `task_result`, parsed. This is the document that is stored and answered, so its keys are those of the wire.
 * `extra` holds unknown top-level fields; unknown fields of entries stay inside their entry.
 * Source: APIG API reference, "Querying Asynchronous Task Results" (ShowAsyncTask).
 */
export type ParsedResult =
  | {
      kind: 'import';
      group_id?: string;
      success: ImportedApi[];
      failure: FailedApi[];
      ignore?: IgnoredApi[];
      swagger?: { id?: string; result?: string } & Extra;
      /** How many APIs were published, and which could not be, if the start asked for it. */
      published?: number;
      publish_failures?: FailedApi[];
      extra?: Extra;
    }
  | {
      kind: 'export';
      file_name?: string;
      /** As Huawei spelled it, with its dot: `.json`. */
      file_type?: string;
      /** The exported document, before it is stored as a file; then it gives way to `file`. */
      content?: string;
      file?: FileRef;
      extra?: Extra;
    }
  | { kind: 'failure'; error_code?: string; error_msg?: string; extra?: Extra }
  /** Huawei said nothing (`""`, null, absent), or the task ended without an answer. */
  | { kind: 'none'; extra?: Extra }
  /** Not understood: kept as it came. */
  | { kind: 'raw'; raw: string; reason: string; extra?: Extra }
  /** Moved whole to the file store because of its size. `kind_stored` is the kind that lies there, as JSON. */
  | { kind: 'stored'; kind_stored: string; file: FileRef; failure?: FailedApi[] };

/**
 * The counts that a person reads first. Every imported API that Huawei does not call an update counts as created.
 * `size_bytes` is the size of the exported document in UTF-8.
 */
export function summarize(result: ParsedResult): Summary {
  if (result.kind === 'import') return summarizeImport(result);
  if (result.kind === 'export') return summarizeExport(result);
  return {};
}

function summarizeImport(result: Extract<ParsedResult, { kind: 'import' }>): Summary {
  const updated = result.success.filter((api) => api.action === 'update').length;
  return {
    created: result.success.length - updated,
    updated,
    failed: result.failure.length,
    ...(result.ignore === undefined ? {} : { ignored: result.ignore.length }),
    ...(result.published === undefined ? {} : { published: result.published }),
    ...(result.publish_failures?.length ? { unpublished: result.publish_failures.length } : {}),
    ...(result.group_id === undefined ? {} : { group_id: result.group_id }),
  };
}

function summarizeExport(result: Extract<ParsedResult, { kind: 'export' }>): Summary {
  const { file_name, content } = result;
  return {
    ...(file_name === undefined ? {} : { file_name }),
    ...(content === undefined ? {} : { size_bytes: Buffer.byteLength(content) }),
  };
}
