import type { Outcome } from '../names.ts';
import { type Context, RUN_URL } from '../tasks/context.ts';
import { canWatchAgain, type Summary, watchAgainHelp } from '../tasks/result.ts';
import { cut, lineOf } from '../tasks/safe-text.ts';
import type { EventFailure, TaskEvent, TaskEventData } from './task-event.ts';

/** The outcome as a sentence's end: "APIG import *partially succeeded*". */
export const OUTCOME_WORDS: Record<Outcome, string> = {
  succeeded: 'succeeded',
  partially_succeeded: 'partially succeeded',
  failed: 'failed',
  expired: 'expired',
  not_found: 'not found',
  rejected: 'rejected',
};

/** The sign in front of a message in chat. */
export const OUTCOME_EMOJI: Record<Outcome, string> = {
  succeeded: '✅',
  partially_succeeded: '⚠️',
  failed: '❌',
  expired: '⌛',
  not_found: '❓',
  rejected: '🚫',
};

/** What to do after an outcome; if it is not known how the task went, with the call that watches it again. */
export function nextSteps(
  { outcome, help }: Pick<TaskEventData, 'outcome' | 'help'>,
  call: string | undefined,
): string[] {
  const again = canWatchAgain(outcome) && call !== undefined ? [watchAgainHelp(call)] : [];
  return help === undefined ? again : [help, ...again];
}

/** `150 × APIG.2012 match_mode, 2 × APIG.3202`; `''` where no two failures are alike. */
export function failureKindWords({ failure_kinds: kinds = [] }: TaskEventData): string {
  const shown = kinds.slice(0, 3).map(({ count, error_code, parameter = '' }) => {
    return `${count} × ${[lineOf(error_code, 40), lineOf(parameter, 60)].filter(Boolean).join(' ')}`;
  });
  return shown.join(', ');
}

/** The call that watches a task again, by the URL of its result. */
export function watchCall(resultUrl: string): string {
  return `POST ${resultUrl}/watch`;
}

/** Every outcome but a plain success: a person may have to act. */
export function needsAttention({ outcome }: Pick<TaskEventData, 'outcome'>): boolean {
  return outcome !== 'succeeded';
}

/** `import`, `export`, or `task` when Huawei never named the type. */
export function taskKind({ task_type: type }: Pick<TaskEventData, 'task_type'>): 'import' | 'export' | 'task' {
  if (type === 'import_api') return 'import';
  return type === 'export_api' ? 'export' : 'task';
}

/** `APIG import partially succeeded`: the words that open every message to people. */
export function outcomeHeadline(data: Pick<TaskEventData, 'outcome' | 'task_type' | 'first_success'>): string {
  const isBack = data.first_success ? ', back to normal' : '';
  return `APIG ${taskKind(data)} ${OUTCOME_WORDS[data.outcome]}${isBack}`;
}

/** `orders (9100ae30…)`, the id alone where no name is known, or undefined without a group. `short` cuts the id. */
export function groupWords(data: Pick<TaskEventData, 'summary' | 'group_name'>, short = false): string | undefined {
  const { summary, group_name: name } = data;
  const id = summary.group_id === undefined ? undefined : lineOf(summary.group_id, 64);
  // Cut before it is made a line: the cut may split a surrogate pair.
  const shown = id !== undefined && short ? lineOf(shortId(id), 20) : id;
  if (name === undefined || lineOf(name, 64) === '') return shown || undefined;
  return shown ? `${lineOf(name, 64)} (${shown})` : lineOf(name, 64);
}

/** `commit: f3c9a1d` for each pair of the context, without a `run_url` that is a link. */
export function contextWords({ context }: Pick<TaskEventData, 'context'>, maxUnits = 120): string[] {
  return shownPairs(context).map(([name, value]) => lineOf(`${name}: ${value}`, maxUnits));
}

/** `12 created, 3 updated, 1 failed`, or an export's `name, 12 kB`; `''` when there is nothing to count. */
export function countWords(summary: Summary): string {
  const { file_name: fileName, size_bytes: sizeBytes } = summary;
  const counts = (['created', 'updated', 'failed', 'ignored', 'published', 'unpublished'] as const).filter(
    (name) => summary[name] !== undefined,
  );
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

/** What is known of a task's end: a name and its value, and both as a phrase. */
export type EndWords = { name: 'Ended' | 'Watched'; value: string; phrase: string; seen: string };

/**
 * How long after its registration a task ended at the latest: Huawei Cloud does not say when it ended, and the poll that
 * saw the end may have been late. Of a task whose end is not known: how long it was watched. `''` for what is no date.
 */
export function endWords({ data, time }: TaskEvent): EndWords {
  const ms = Date.parse(time) - Date.parse(data.registered_at);
  const words = Number.isFinite(ms) ? durationWords(ms) : '';
  const seen = timeWords(time);
  if (canWatchAgain(data.outcome))
    return { name: 'Watched', value: `for ${words}`, phrase: `watched for ${words}`, seen: `until ${seen}` };
  const value = `within ${words} of its registration`;
  return { name: 'Ended', value, phrase: `ended within ${words}`, seen: `seen ${seen}` };
}

/** `2026-11-24 02:13 UTC`, the same in every message; `''` for what is no date. */
export function timeWords(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? '' : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How many APIs failed, also when only the first are listed. */
export function failureCount({ summary, failures = [] }: TaskEventData): number {
  return Math.max(summary.failed ?? 0, failures.length);
}

/** `APIG.2011: Parameter error`, on one line of at most `maxUnits` UTF-16 units. */
export function errorWords(error: { code: string; message: string }, maxUnits = 300): string {
  return cut([lineOf(error.code, 40), lineOf(error.message, maxUnits)].filter(Boolean).join(': '), maxUnits);
}

/** A failed API in two lines of at most `maxUnits` each: `{api: 'POST /pets', reason: 'APIG.2011: …'}`. */
export function failureWords(failure: EventFailure, maxUnits = 300): { api: string; reason: string } {
  const api = [failure.method, failure.path].map((part) => lineOf(asText(part), maxUnits)).filter(Boolean);
  const reason = errorWords({ code: asText(failure.error_code), message: asText(failure.error_msg) }, maxUnits);
  return { api: cut(api.join(' ') || 'an API without a path', maxUnits), reason: reason || 'no reason given' };
}

/** `9100ae30…`: enough of an id to recognise it. */
export function shortId(id: string): string {
  return id.length <= 10 ? id : `${id.slice(0, 8)}…`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The address of the CI run, where the context has one that a message may link to. */
export function runUrlOf(context: Context | undefined): string | undefined {
  const parsed = URL.parse(context?.[RUN_URL] ?? '');
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? parsed.href : undefined;
}

/** The pairs that a message shows as text: all but a `run_url` that is a link. */
export function shownPairs(context: Context | undefined): [string, string][] {
  const isLinked = runUrlOf(context) !== undefined;
  return Object.entries(context ?? {}).filter(([key]) => !(key === RUN_URL && isLinked));
}
