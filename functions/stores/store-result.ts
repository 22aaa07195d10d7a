import { asText } from '../tasks/json.ts';
import { type FileStore, fileKey, type TaskResultStore } from '../tasks/ports.ts';
import type { FailedApi, ParsedResult, TaskResult } from '../tasks/result.ts';
import { cut } from '../tasks/safe-text.ts';
import { boundError } from '../tasks/task.ts';

type Export = Extract<ParsedResult, { kind: 'export' }>;

const KEPT_FAILURES = 20;
const MAX_MESSAGE = 500;
/** Of each text that stands in the row itself, in UTF-16 units. */
const MAX_TEXT = 1024;

/** Step 1: stores the result unless one is there; answers with the one that is there now. */
export type StoreResult = (
  result: TaskResult,
) => Promise<{ kind: 'stored'; result: TaskResult } | { kind: 'exists'; result: TaskResult }>;

/**
 * Step 1 of settling: files first, then the row that points to them, so that no row ever points to nothing.
 * An exported document always becomes a file, byte for byte; any other result does when its item would pass 256 KB.
 */
export function createStoreResult({ results, files, labels }: Stores): StoreResult {
  return async (ended) => {
    const result = await markFirstSuccess(labels, ended);
    const fitting = await moveToFiles(files, boundTexts(boundNesting(result)));
    const put = await results.put(fitting);
    const stored = put.kind === 'exists' ? put.result : fitting;
    await noteLabel(labels, stored);
    return { kind: put.kind, result: stored };
  };
}

/** The end of a task with a label. */
export type LabelEnd = { instanceId: string; label: string; atMs: number };

/** Remembers which labels of a gateway fail: their last task did not succeed. Throws `StoreError`. */
export interface FailingLabels {
  /** Whether the label failed, no later than this end. */
  failedBefore(end: LabelEnd): Promise<boolean>;
  /** Forgotten at `expiresAtS`, or later. */
  noteFailure(end: LabelEnd, expiresAtS: number): Promise<void>;
  /** A failure that ended after this end stays. */
  noteSuccess(end: LabelEnd): Promise<void>;
}

type Stores = { results: TaskResultStore; files: FileStore; labels?: FailingLabels };

/**
 * Decides once, and stores with the result, whether it is the first success of its label, so that every repeat of the
 * event says the same. Two that end at the same moment may both be called the first.
 */
async function markFirstSuccess(labels: FailingLabels | undefined, result: TaskResult): Promise<TaskResult> {
  const end = labelEndOf(result);
  if (labels === undefined || end === undefined || result.outcome !== 'succeeded') return result;
  return (await labels.failedBefore(end)) ? { ...result, isFirstSuccess: true } : result;
}

/** After the result, and again whenever it is found stored: a run that dies in between leaves this to the next one. */
async function noteLabel(labels: FailingLabels | undefined, result: TaskResult): Promise<void> {
  const end = labelEndOf(result);
  if (labels === undefined || end === undefined) return;
  if (result.outcome !== 'succeeded') await labels.noteFailure(end, result.expiresAtS);
  else if (result.isFirstSuccess) await labels.noteSuccess(end);
}

function labelEndOf({ instanceId, label, completedAtMs: atMs }: TaskResult): LabelEnd | undefined {
  return label === undefined ? undefined : { instanceId, label, atMs };
}

/** JSON nested by the thousand ends `JSON.stringify`, here, in every channel and in the API's answers. */
function boundNesting(task: TaskResult): TaskResult {
  return { ...task, result: boundDepth(task.result) };
}

/** A name or code that Huawei made as large as an item would keep its task pending for ever; ends in `…` where it is cut. */
function boundTexts(task: TaskResult): TaskResult {
  const { error, result } = task;
  return {
    ...withShortTexts(task, ['taskType', 'taskStatus']),
    summary: withShortTexts(task.summary, ['group_id', 'file_name']),
    ...firstFailureOf(result),
    result: result.kind === 'export' ? withShortTexts(result, ['file_name', 'file_type']) : result,
    // The message is cut by the row alone: who is told now has it whole.
    ...(error && { error: { ...boundError(error), message: error.message } }),
  };
}

function firstFailureOf(result: ParsedResult): Pick<TaskResult, 'firstFailure'> {
  if (result.kind !== 'import') return {};
  const first = result.failure[0] ?? result.publish_failures?.[0];
  return first === undefined ? {} : { firstFailure: shorten(first) };
}

function withShortTexts<T extends object>(record: T, keys: readonly (keyof T)[]): T {
  const short = { ...record };
  for (const key of keys) {
    const text = record[key];
    if (typeof text === 'string') short[key] = cut(text, MAX_TEXT) as typeof text;
  }
  return short;
}

async function moveToFiles(files: FileStore, task: TaskResult): Promise<TaskResult> {
  const { result } = task;
  if (result.kind === 'export') return moveDocument(files, task, result);
  return fitsItem(result) ? task : { ...task, result: await moveWhole(files, task.taskId, result) };
}

async function moveDocument(files: FileStore, task: TaskResult, { content, ...rest }: Export): Promise<TaskResult> {
  const slim = fitsItem(rest.extra) ? rest : await moveExtra(files, task.taskId, rest);
  if (content === undefined) return { ...task, result: slim };
  const type = documentType(rest.file_type, content);
  const name = (rest.file_name || 'definition').replace(/\.(json|ya?ml)$/i, '');
  const file = await files.put(fileKey(task.taskId, `${name}.${type.extension}`), content, type.mediaType);
  return { ...task, result: { ...slim, file }, summary: { ...task.summary, size_bytes: file.size_bytes } };
}

/** What Huawei said beside the document is never larger than an item; should it be, the document stays within reach. */
async function moveExtra(files: FileStore, taskId: string, rest: Export): Promise<Export> {
  const file = await files.put(fileKey(taskId, 'extra.json'), asText(rest.extra) ?? '', 'application/json');
  return { ...rest, extra: { stored: file } };
}

async function moveWhole(files: FileStore, taskId: string, result: ParsedResult): Promise<ParsedResult> {
  const file = await files.put(fileKey(taskId, 'result.json'), asText(result) ?? '', 'application/json');
  const stored: ParsedResult = { kind: 'stored', kind_stored: result.kind, file };
  if (result.kind === 'import') {
    const failures = [...result.failure, ...(result.publish_failures ?? [])];
    stored.failure = failures.slice(0, KEPT_FAILURES).map(shorten);
  }
  return stored;
}

/** The four fields that people are shown, each of a bounded length. */
function shorten(failure: FailedApi): FailedApi {
  const short: FailedApi = {};
  for (const key of ['method', 'path', 'error_code', 'error_msg'] as const) {
    const text = failure[key];
    if (text !== undefined) short[key] = cut(text, MAX_MESSAGE);
  }
  return short;
}

/** By Huawei's word (`.json`, `yml`, …); failing that, JSON is what starts with a brace. Media type: RFC 9512 for YAML. */
function documentType(fileType: string | undefined, content: string): { extension: string; mediaType: string } {
  const isJson = /json/i.test(fileType ?? '') || (!/ya?ml/i.test(fileType ?? '') && /^\s*[{[]/.test(content));
  return isJson
    ? { extension: 'json', mediaType: 'application/json' }
    : { extension: 'yaml', mediaType: 'application/yaml' };
}

/** A result whose item would be larger goes to the file store. DynamoDB ends at 400 KB; deliveries still have to fit. */
export const MAX_ITEM_BYTES = 256 * 1024;

/** JSON nested deeper than this is one string in a table item; DynamoDB refuses more than 32 levels. */
export const MAX_ITEM_DEPTH = 28;

/** Kept free for the row's other attributes. */
const REST_OF_ROW_BYTES = 4 * 1024;
const OVERHEAD_BYTES = 3;
const NUMBER_BYTES = 21;

/** Whether a JSON value takes at most `budget` bytes of a DynamoDB item; stops counting as soon as it takes more. */
export function fitsItem(value: unknown, budget: number = MAX_ITEM_BYTES - REST_OF_ROW_BYTES): boolean {
  return spend(value, budget, 0) >= 0;
}

/** What is left of the budget; negative when it is not enough. Source: "DynamoDB item sizes and formats". */
function spend(value: unknown, budget: number, depth: number): number {
  if (typeof value === 'string') return budget - OVERHEAD_BYTES - byteLength(value, budget);
  if (typeof value === 'number') return budget - NUMBER_BYTES;
  if (typeof value !== 'object' || value === null) return budget - OVERHEAD_BYTES;
  if (depth >= MAX_ITEM_DEPTH) return budget - byteLength(asText(value) ?? '', budget);
  let left = budget - OVERHEAD_BYTES;
  for (const key in value) {
    if (left < 0) return left;
    left = spend(value[key as keyof typeof value], left - byteLength(key, left) - 1, depth + 1);
  }
  return left;
}

/** UTF-8 has at least a byte and at most three for each UTF-16 unit, so most texts need not be counted. */
function byteLength(text: string, budget: number): number {
  return text.length > budget ? text.length : Buffer.byteLength(text);
}

/** The same JSON value, with what is nested deeper than a table item may be as text; itself when nothing is. */
export function boundDepth<T>(value: T, depth = 0): T {
  if (typeof value !== 'object' || value === null || !isDeeper(value, MAX_ITEM_DEPTH - depth)) return value;
  return cutDepth(value, depth) as T;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels <= 0) return true;
  for (const key in value) if (isDeeper(value[key as keyof typeof value], levels - 1)) return true;
  return false;
}

function cutDepth(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_ITEM_DEPTH) return asText(value);
  if (Array.isArray(value)) return value.map((entry) => cutDepth(entry, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutDepth(member, depth + 1)]));
}
