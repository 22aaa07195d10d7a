import type { Outcome } from '../names.ts';
import { asText, type Fields, isFields, parseJson } from '../tasks/json.ts';
import type { TaskAnswer } from '../tasks/observation.ts';
import type { Extra, FailedApi, IgnoredApi, ImportedApi, ParsedResult } from '../tasks/result.ts';

/** An answer that says nothing about the task; `reason` is for a person. */
type UnreadableAnswer = { kind: 'unreadable'; reason: string };

/** What `task_result` alone can be: a result before any of it is moved to a file. */
export type WireResult = Exclude<ParsedResult, { kind: 'stored' }>;

type FinalAnswer = Extract<TaskAnswer, { kind: 'final' }>;

const ANSWER_KEYS = ['task_id', 'task_status', 'task_type', 'task_result'] as const;
const IMPORT_KEYS = ['success', 'failure', 'ignore', 'swagger', 'group_id'] as const;
const FAILURE_KEYS = ['error_code', 'error_msg'] as const;
/** Each export field in the spelling of the examples, then in that of the descriptive text. */
const NAME_KEYS = ['FileName', 'file_name'] as const;
const TYPE_KEYS = ['FileType', 'file_type'] as const;
const CONTENT_KEYS = ['Comment', 'content'] as const;
const EXPORT_KEYS = [...NAME_KEYS, ...TYPE_KEYS, ...CONTENT_KEYS] as const;

/** Both spellings of success occur in Huawei's documents; the examples and SDKs have `succeed`. */
const ENDS: ReadonlyMap<string, boolean> = new Map([
  ['succeed', true],
  ['succeeded', true],
  ['failed', false],
]);

/**
 * Reads the body of a 200 from `GET …/async-tasks/{task_id}`, as text or already parsed. Never throws.
 * An unknown status counts as pending, verbatim, so that the task's deadline is what ends it.
 */
export function parseTaskAnswer(body: unknown): TaskAnswer | UnreadableAnswer {
  const fields = typeof body === 'string' ? parseJson(body) : body;
  if (!isFields(fields)) return { kind: 'unreadable', reason: unreadableReason(body, fields) };
  const taskStatus = fields.task_status;
  if (typeof taskStatus !== 'string' || taskStatus === '') {
    return { kind: 'unreadable', reason: 'the answer has no task_status' };
  }
  const type = asText(fields.task_type);
  const taskType = type ? { taskType: type } : {};
  const succeeded = ENDS.get(taskStatus.toLowerCase());
  if (succeeded === undefined) return { kind: 'pending', taskStatus, ...taskType };
  const parsed = parseTaskResult(taskType.taskType, succeeded, fields.task_result);
  return { kind: 'final', succeeded, taskStatus, ...taskType, result: withExtra(parsed, fields) };
}

/** How an answered task ended. A success with entries in `failure` is a partial one. */
export function outcomeOf(
  answer: Pick<FinalAnswer, 'succeeded' | 'result'>,
): Extract<Outcome, 'succeeded' | 'partially_succeeded' | 'failed'> {
  if (!answer.succeeded) return 'failed';
  const { result } = answer;
  return result.kind === 'import' && result.failure.length > 0 ? 'partially_succeeded' : 'succeeded';
}

/** Unknown fields beside `task_result` are kept with those inside it, which win. */
function withExtra(result: WireResult, fields: Record<string, unknown>): WireResult {
  const { extra } = extraOf(fields, ANSWER_KEYS);
  return extra === undefined ? result : { ...result, extra: { ...extra, ...result.extra } };
}

function unreadableReason(body: unknown, parsed: unknown): string {
  if (body === undefined || body === null || body === '') return 'the answer is empty';
  return parsed === undefined ? 'the answer is not JSON' : 'the answer is JSON, but not an object';
}

/**
 * Reads `task_result` of a task that is over. Never throws: what cannot be read comes back as `raw` with a reason.
 * `taskType` decides how a success is read; where it is missing, the fields that are there decide.
 */
function parseTaskResult(taskType: string | undefined, succeeded: boolean, raw: unknown): WireResult {
  if (raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '')) return { kind: 'none' };
  const value = typeof raw === 'string' ? parseJson(raw) : raw;
  if (value === undefined) return kept(raw, 'it is not JSON');
  if (!isFields(value)) return kept(raw, 'it is JSON, but not an object');
  return (succeeded ? parseSuccess(taskType, value) : parseFailure(value)) ?? kept(raw, reasonFor(taskType, succeeded));
}

/** The fields not listed in `known`, under `extra`; nothing where there are none. */
function extraOf(fields: Fields, known: readonly string[]): { extra?: Extra } {
  const entries = Object.entries(fields).filter(([key, value]) => !known.includes(key) && value !== undefined);
  // fromEntries, not assignment: a key named __proto__ stays a key.
  return entries.length === 0 ? {} : { extra: Object.fromEntries(entries) };
}

function parseSuccess(taskType: string | undefined, fields: Fields): WireResult | undefined {
  const type = taskType ?? (hasAny(fields, EXPORT_KEYS) ? 'export_api' : 'import_api');
  if (type === 'import_api' && hasAny(fields, IMPORT_KEYS)) return parseImport(fields);
  if (type === 'export_api' && hasAny(fields, EXPORT_KEYS)) return parseExport(fields);
  return undefined;
}

/** A failed import may still say which APIs failed: then its lists tell more than an error would. */
function parseFailure(fields: Fields): WireResult | undefined {
  if (hasAny(fields, FAILURE_KEYS)) {
    return { kind: 'failure', ...texts(fields, FAILURE_KEYS), ...extraOf(fields, FAILURE_KEYS) };
  }
  return Array.isArray(fields.success) || Array.isArray(fields.failure) ? parseImport(fields) : undefined;
}

function parseImport(fields: Fields): WireResult {
  const swagger = fields.swagger;
  const isOddSwagger = isPresent(swagger) && !isFields(swagger);
  return {
    kind: 'import',
    ...texts(fields, ['group_id']),
    success: entriesOf<ImportedApi>(fields.success, ['id', 'action', 'method', 'path']),
    failure: entriesOf<FailedApi>(fields.failure, ['method', 'path', 'error_code', 'error_msg']),
    ...(fields.ignore ? { ignore: entriesOf<IgnoredApi>(fields.ignore, ['method', 'path']) } : {}),
    ...(isFields(swagger) ? { swagger: withTexts(swagger, ['id', 'result']) } : {}),
    ...extraOf(fields, isOddSwagger ? IMPORT_KEYS.filter((key) => key !== 'swagger') : IMPORT_KEYS),
  };
}

function parseExport(fields: Fields): WireResult {
  const name = firstPresent(fields, NAME_KEYS);
  const type = firstPresent(fields, TYPE_KEYS);
  const content = firstPresent(fields, CONTENT_KEYS);
  // The second spelling of what the first has said already is kept as an extra.
  const read = EXPORT_KEYS.filter((key) => [name, type, content].includes(key) || !isPresent(fields[key]));
  return {
    kind: 'export',
    ...(name ? { file_name: asText(fields[name]) ?? '' } : {}),
    ...(type ? { file_type: asText(fields[type]) ?? '' } : {}),
    ...(content ? { content: asText(fields[content]) ?? '' } : {}),
    ...extraOf(fields, read),
  };
}

/** Entries of a list that may be no list; one that is no object is kept as `{value}`, so that it is counted. */
function entriesOf<T extends Extra>(list: unknown, textKeys: readonly string[]): T[] {
  if (!list) return [];
  const entries: unknown[] = Array.isArray(list) ? list : [list];
  return entries.map((entry) => (isFields(entry) ? withTexts(entry, textKeys) : { value: entry }) as T);
}

/** The fields as they are, save that those in `keys` are text or absent. */
function withTexts(fields: Fields, keys: readonly string[]): Fields {
  if (keys.every((key) => typeof fields[key] === 'string' || !(key in fields))) return fields;
  const { extra } = extraOf(fields, keys);
  return { ...extra, ...texts(fields, keys) };
}

function texts(fields: Fields, keys: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const key of keys) {
    const text = asText(fields[key]);
    if (text !== undefined) found[key] = text;
  }
  return found;
}

function firstPresent(fields: Fields, keys: readonly string[]): string | undefined {
  return keys.find((key) => isPresent(fields[key]));
}

function hasAny(fields: Fields, keys: readonly string[]): boolean {
  return keys.some((key) => isPresent(fields[key]));
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function reasonFor(taskType: string | undefined, succeeded: boolean): string {
  if (!succeeded) return 'the task failed, but there is no error_code or error_msg in it';
  if (taskType === 'import_api') return 'it has none of the fields of an import';
  if (taskType === 'export_api') return 'it has none of the fields of an export';
  return taskType === undefined ? 'the task has no type, and the fields are unknown' : 'the task type is unknown';
}

function kept(raw: unknown, reason: string): WireResult {
  return { kind: 'raw', raw: asText(raw) ?? '', reason };
}
