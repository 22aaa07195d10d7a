import type { Outcome } from '../names.ts';
import type { FailedApi, Summary, TaskResult } from '../tasks/result.ts';
import { cut, lineOf } from '../tasks/safe-text.ts';
import type { TaskError } from '../tasks/task.ts';

/** The outcome as a sentence's end: "APIG import *partially succeeded*". */
export const OUTCOME_WORDS: Record<Outcome, string> = {
  succeeded: 'succeeded',
  partially_succeeded: 'partially succeeded',
  failed: 'failed',
  expired: 'expired',
  not_found: 'not found',
  rejected: 'rejected',
};

/** Everything but a plain success: what a person may have to act on. */
export function needsAttention(result: Pick<TaskResult, 'outcome'>): boolean {
  return result.outcome !== 'succeeded';
}

/** `import`, `export`, or `task` where Huawei never said which. */
export function taskKind(result: Pick<TaskResult, 'taskType'>): 'import' | 'export' | 'task' {
  if (result.taskType === 'import_api') return 'import';
  return result.taskType === 'export_api' ? 'export' : 'task';
}

/** `APIG import partially succeeded`: the words that open every message to people. */
export function outcomeHeadline(result: Pick<TaskResult, 'outcome' | 'taskType'>): string {
  return `APIG ${taskKind(result)} ${OUTCOME_WORDS[result.outcome]}`;
}

/** `12 created, 3 updated, 1 failed`, or an export's `name, 12 kB`; `''` where there is nothing to count. */
export function countWords(summary: Summary): string {
  const { file_name: fileName, size_bytes: sizeBytes } = summary;
  const counts = (['created', 'updated', 'failed', 'ignored'] as const).filter((name) => summary[name] !== undefined);
  const shown = counts.filter((name) => summary[name] !== 0).map((name) => `${summary[name]} ${name}`);
  if (shown.length === 0 && counts.length > 0) shown.push('nothing changed');
  if (fileName) shown.push(lineOf(fileName, 200));
  if (sizeBytes !== undefined) shown.push(sizeWords(sizeBytes));
  return shown.join(', ');
}

/** `812 bytes`, `12 kB`, `3.4 MB` (decimal units). */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `45 s`, `3 min 5 s`, `2 h 10 min`, `1 d 2 h`: the two largest units; below a second `< 1 s`. */
export function durationWords(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1_000);
  if (seconds === 0) return '< 1 s';
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const largest = units.findIndex(([count]) => count > 0);
  const shown = units.slice(largest, largest + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** From registration to the end as we learned it. */
export function tookWords(result: Pick<TaskResult, 'registeredAtMs' | 'completedAtMs'>): string {
  return durationWords(result.completedAtMs - result.registeredAtMs);
}

/** Every API that failed, in Huawei's order; a result in the file store has those that its row kept. */
export function failuresOf(result: Pick<TaskResult, 'result'>): FailedApi[] {
  const { result: parsed } = result;
  if (parsed.kind === 'import') return parsed.failure;
  return parsed.kind === 'stored' ? (parsed.failure ?? []) : [];
}

/** Whether Huawei Cloud sent a result that could not be read. What it sent is kept. */
export function isUnread({ result }: Pick<TaskResult, 'result'>): boolean {
  return result.kind === 'raw' || (result.kind === 'stored' && result.kind_stored === 'raw');
}

/** How many APIs failed, also where only the first are at hand. */
export function failureCount(result: Pick<TaskResult, 'result' | 'summary'>): number {
  return Math.max(result.summary.failed ?? 0, failuresOf(result).length);
}

/** Why the whole task did not succeed: our own error, else Huawei's from the result. */
export function errorOf(result: Pick<TaskResult, 'error' | 'result'>): TaskError | undefined {
  if (result.error) return result.error;
  const { result: parsed } = result;
  if (parsed.kind !== 'failure' || (!parsed.error_code && !parsed.error_msg)) return undefined;
  return { code: parsed.error_code ?? 'UNKNOWN', message: parsed.error_msg ?? '' };
}

/** `APIG.2011: Parameter error`, on one line of at most `maxUnits` UTF-16 units. */
export function errorWords(error: Pick<TaskError, 'code' | 'message'>, maxUnits = 300): string {
  return cut([lineOf(error.code, 40), lineOf(error.message, maxUnits)].filter(Boolean).join(': '), maxUnits);
}

/** A failed API in two lines of at most `maxUnits` each: `{api: 'POST /pets', reason: 'APIG.2011: …'}`. */
export function failureWords(failure: FailedApi, maxUnits = 300): { api: string; reason: string } {
  const api = [failure.method, failure.path].map((part) => lineOf(asText(part), maxUnits)).filter(Boolean);
  const reason = errorWords({ code: asText(failure.error_code), message: asText(failure.error_msg) }, maxUnits);
  return { api: cut(api.join(' ') || 'an API without a path', maxUnits), reason: reason || 'no reason given' };
}

/** `9100ae30…`: enough of an id to recognise it. */
export function shortId(id: string): string {
  return id.length <= 10 ? id : `${id.slice(0, 8)}…`;
}

/** Where the whole result is: a URL, or the API's path where no public base is configured. */
export function resultUrl(taskId: string, publicUrl?: string): string {
  return `${publicUrl?.replace(/\/+$/, '') ?? ''}/tasks/${taskId}`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
