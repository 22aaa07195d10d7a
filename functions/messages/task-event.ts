import type { Outcome } from '../names.ts';
import { type HelpContext, helpMember } from '../tasks/codes.ts';
import type { Context } from '../tasks/context.ts';
import { groupFailures, helpContext, stepAfter } from '../tasks/help.ts';
import { eventId, type FailedApi, type Summary, type TaskResult } from '../tasks/result.ts';
import { cut, lineOf, takeFitting, utf8Bytes } from '../tasks/safe-text.ts';

/** No event is larger, in UTF-8 bytes of its JSON: every CloudEvents intermediary must carry 64 KiB. */
export const MAX_EVENT_BYTES = 64 * 1024;
/** How many failed APIs an event lists. */
export const MAX_EVENT_FAILURES = 20;
const MAX_ATTRIBUTE_UNITS = 256;
/** Tried in turn until an event fits: first whole entries are dropped, then long strings are cut ever shorter. */
const STRING_LIMITS = [MAX_EVENT_BYTES, 4096, 1024, 128];

/** One failed API as an event lists it: Huawei's four fields, and what helps. */
export type EventFailure = Pick<FailedApi, 'method' | 'path' | 'error_code' | 'error_msg'> & { help?: string };

/** Failures of one kind: how many have this code, about this parameter. */
export type FailureKind = { count: number; error_code: string; parameter?: string };

/** A `TaskEvent`'s facts about the task. Wire names. */
export type TaskEventData = {
  task_id: string;
  instance_id: string;
  project_id: string;
  profile: string;
  label?: string;
  /** The caller's own pairs, as they were registered. */
  context?: Context;
  /** `import_api`, `export_api`, another value of Huawei's, or `unknown` if it never answered. */
  task_type: string;
  outcome: Outcome;
  /** Name of the API key that registered the task; absent for a key without a name. */
  registered_by?: string;
  /** When watching started (RFC 3339). The task ended between this and `time`, which is when its end was seen. */
  registered_at: string;
  /** The API group and, where a start knows it, its name. */
  group_id?: string;
  group_name?: string;
  /** It succeeded, and the last task of its label on this gateway had not. */
  first_success?: true;
  /** Counts of everything, including failures that `failures` leaves out. */
  summary: Summary;
  /** How many APIs were published, if the start asked for it. */
  published?: number;
  error?: { code: string; message: string; request_id?: string; http_status?: number; help?: string };
  /** What to do about the outcome; absent after a success. */
  help?: string;
  /** Absolute if a public URL is configured, otherwise the path in the HTTP API. */
  result_url: string;
  /** The first 20 of an import's failed APIs, in Huawei's order. */
  failures?: EventFailure[];
  /** The largest kinds of failures, counted over all of them; absent where no two are alike. */
  failure_kinds?: FailureKind[];
  /** True if failures are left out or a long string was cut (it then ends in `…`). */
  truncated?: true;
};

/** A CloudEvents 1.0 event in JSON: the message for machines. Source: cloudevents.io, version 1.0.2. */
export type TaskEvent = {
  specversion: '1.0';
  id: string;
  source: string;
  type: `apig.task.${Outcome}`;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: TaskEventData;
};

export type TaskEventOptions = {
  /** Base of `result_url`, without the path. */
  publicUrl?: string | undefined;
};

/** The event of a result; its JSON never exceeds `MAX_EVENT_BYTES` and holds no broken character. Pure: repeats are equal. */
export function toTaskEvent(result: TaskResult, options: TaskEventOptions = {}): TaskEvent {
  const failures = listsFailures(result) ? failuresOf(result).slice(0, MAX_EVENT_FAILURES) : [];
  for (const limit of STRING_LIMITS) {
    const event = composeEvent(result, { ...options, failures, limit });
    const nothingFits = failures.length > 0 && event.data.failures === undefined;
    if (!nothingFits && utf8Bytes(JSON.stringify(event)) <= MAX_EVENT_BYTES) return event;
  }
  throw new RangeError(`The identity of task ${lineOf(result.taskId, 64)} does not fit into an event`);
}

/**
 * SNS message attributes (all of type String) for filter policies. Never an empty value, which SNS refuses.
 * `callback` is `true` if the requester asked for a webhook.
 */
export function toEventAttributes(result: TaskResult): Record<string, string> {
  const attributes = {
    outcome: result.outcome,
    task_type: result.taskType || 'unknown',
    instance_id: result.instanceId,
    profile: result.profile,
    label: result.label ?? '',
    callback: result.callbackUrl ? 'true' : '',
  };
  const safe = Object.entries(attributes).map(([name, value]) => [name, lineOf(value, MAX_ATTRIBUTE_UNITS)]);
  return Object.fromEntries(safe.filter(([, value]) => value !== ''));
}

/**
 * What every renderer of messages to people takes: an event, and what only the stored result knows. `unread` is why
 * Huawei Cloud's result could not be parsed (perhaps `''`); absent if it could. An event alone is a notice too.
 */
export type Notice = TaskEvent & { unread?: string };

/** The notice of a result. */
export function toNotice(result: TaskResult, options: TaskEventOptions = {}): Notice {
  const { result: parsed } = result;
  const event = toTaskEvent(result, options);
  if (parsed.kind === 'raw') return { ...event, unread: parsed.reason };
  return parsed.kind === 'stored' && parsed.kind_stored === 'raw' ? { ...event, unread: '' } : event;
}

/** Where the full result is: a URL, or the API's path when no public base is configured. */
export function resultUrl(taskId: string, publicUrl?: string): string {
  return `${publicUrl?.replace(/\/+$/, '') ?? ''}/tasks/${taskId}`;
}

function listsFailures(result: TaskResult): boolean {
  return result.outcome === 'failed' || result.outcome === 'partially_succeeded';
}

/** Every API that failed, in Huawei's order; of a result in the file store, those that its row kept. */
function failuresOf({ result: parsed }: Pick<TaskResult, 'result'>): FailedApi[] {
  if (parsed.kind === 'import') return [...parsed.failure, ...(parsed.publish_failures ?? [])];
  return parsed.kind === 'stored' ? (parsed.failure ?? []) : [];
}

type Composition = TaskEventOptions & { failures: FailedApi[]; limit: number };

function composeEvent(result: TaskResult, { publicUrl, failures, limit }: Composition): TaskEvent {
  const shortener = createShortener(limit);
  const event: TaskEvent = {
    specversion: '1.0',
    id: eventId(result),
    source: `/apig/${result.projectId}/${result.instanceId}`,
    type: `apig.task.${result.outcome}`,
    subject: result.taskId,
    time: new Date(result.completedAtMs).toISOString(),
    datacontenttype: 'application/json',
    data: composeData(result, shortener.shorten, publicUrl),
  };
  const unpublished = result.result.kind === 'import' ? (result.result.publish_failures ?? []) : [];
  const entries = failures.map((failure) => {
    const context = { ...helpContext(result), ...(unpublished.includes(failure) && { call: 'publish' as const }) };
    return toEventFailure(failure, { context, shorten: shortener.shorten });
  });
  const fitting = takeFitting(entries, {
    sizeOf: (entry) => utf8Bytes(JSON.stringify(entry)) + 1,
    maxSize: MAX_EVENT_BYTES - utf8Bytes(JSON.stringify(event)) - 64,
  });
  if (fitting.length > 0) event.data.failures = fitting;
  const leavesOut =
    listsFailures(result) && fitting.length < Math.max(result.summary.failed ?? 0, failuresOf(result).length);
  if (leavesOut || shortener.hasCut()) event.data.truncated = true;
  return event;
}

function composeData(result: TaskResult, shorten: Shorten, publicUrl: string | undefined): TaskEventData {
  const { error } = result;
  const help = stepAfter(result);
  const kinds = listsFailures(result) ? kindsOf(failuresOf(result), shorten) : [];
  return {
    task_id: result.taskId,
    instance_id: result.instanceId,
    project_id: result.projectId,
    profile: shorten(result.profile),
    ...(result.label === undefined ? {} : { label: shorten(result.label) }),
    ...(result.context === undefined ? {} : { context: result.context }),
    task_type: shorten(result.taskType || 'unknown'),
    outcome: result.outcome,
    ...(result.registeredBy === undefined ? {} : { registered_by: result.registeredBy }),
    registered_at: new Date(result.registeredAtMs).toISOString(),
    ...groupOf(result, shorten),
    ...(result.isFirstSuccess && { first_success: true as const }),
    summary: shortenStrings(result.summary, shorten),
    ...(result.summary.published === undefined ? {} : { published: result.summary.published }),
    ...(error ? { error: { ...toEventError(error, shorten), ...helpMember(error.code, helpContext(result)) } } : {}),
    ...(help === undefined ? {} : { help: shorten(help) }),
    ...(kinds.length === 0 ? {} : { failure_kinds: kinds }),
    result_url: resultUrl(result.taskId, publicUrl),
  };
}

function groupOf({ summary, groupName }: TaskResult, shorten: Shorten): Pick<TaskEventData, 'group_id' | 'group_name'> {
  return {
    ...(summary.group_id === undefined ? {} : { group_id: shorten(summary.group_id) }),
    ...(groupName === undefined ? {} : { group_name: shorten(groupName) }),
  };
}

function toEventError(error: NonNullable<TaskResult['error']>, shorten: Shorten): NonNullable<TaskEventData['error']> {
  return {
    code: shorten(error.code),
    message: shorten(error.message),
    ...(error.requestId === undefined ? {} : { request_id: shorten(error.requestId) }),
    ...(error.httpStatus === undefined ? {} : { http_status: error.httpStatus }),
  };
}

const MAX_KINDS = 5;

function kindsOf(failures: FailedApi[], shorten: Shorten): FailureKind[] {
  const groups = groupFailures(failures);
  if (groups.length === failures.length) return [];
  return groups.slice(0, MAX_KINDS).map(({ count, code, parameter }) => {
    return shortenStrings({ count, error_code: code, ...(parameter !== undefined && { parameter }) }, shorten);
  });
}

type Entry = { context: HelpContext; shorten: Shorten };

function toEventFailure({ method, path, error_code, error_msg }: FailedApi, { context, shorten }: Entry): EventFailure {
  const help = helpMember(error_code, context);
  return { ...shortenStrings({ method, path, error_code, error_msg }, shorten), ...help } as EventFailure;
}

function shortenStrings<T extends object>(record: T, shorten: Shorten): T {
  const fields = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, typeof value === 'string' ? shorten(value) : value]),
  ) as T;
}

type Shorten = (text: string) => string;

function createShortener(limit: number): { shorten: Shorten; hasCut(): boolean } {
  let hasCut = false;
  const shorten = (text: string) => {
    if (text.length > limit) hasCut = true;
    return cut(text, limit);
  };
  return { shorten, hasCut: () => hasCut };
}
