import type { TaskResult } from '../tasks/result.ts';
import { cut, lineOf, toAscii } from '../tasks/safe-text.ts';
import type { TaskError } from '../tasks/task.ts';
import { nextSteps, watchCall } from './next-steps.ts';
import {
  countWords,
  errorOf,
  errorWords,
  failureCount,
  failuresOf,
  failureWords,
  isUnread,
  outcomeHeadline,
  resultUrl,
  shortId,
  tookWords,
} from './outcome-words.ts';

/** SNS refuses longer subjects, and any that are not ASCII. */
export const MAX_SUBJECT_CHARS = 99;
/** One result's text stays within what SNS sends as one SMS, in UTF-16 units. */
export const MAX_ALERT_UNITS = 1_600;
const MAX_LISTED_FAILURES = 5;

/** A message to people. */
export type AlertText = {
  /** At most 99 printable ASCII characters. */
  subject: string;
  /** Plain text; the first line alone says what happened, for an SMS has no subject. */
  body: string;
};

export type AlertOptions = {
  /** Base of links to results; without it the text names the path in the HTTP API. */
  publicUrl?: string | undefined;
};

/** One result as a person reads it at night on a phone: outcome first, at most 1,600 UTF-16 units in all. */
export function alertText(result: TaskResult, options: AlertOptions = {}): AlertText {
  const above = [alertHeadline(result), '', ...factLines(result), ...errorLines(result)];
  const below = ['', ...nextLine(result, options), ...whereLines(result, options)];
  const room = MAX_ALERT_UNITS - [...above, ...below].join('\n').length;
  return { subject: alertSubject(result), body: [...above, ...failureLines(result, room), ...below].join('\n') };
}

/** `APIG import partially succeeded: 12 created, 3 updated, 1 failed`, on one line of at most 200 UTF-16 units. */
export function alertHeadline(result: TaskResult): string {
  return cut([outcomeHeadline(result), detailOf(result)].filter(Boolean).join(': '), 200);
}

function alertSubject(result: TaskResult): string {
  const { group_id: groupId } = result.summary;
  const id = groupId ? `group ${shortId(groupId)}` : `task ${shortId(result.taskId)}`;
  const tail = ` (${[toAscii(id, 24), toAscii(result.label ?? '', 24)].filter(Boolean).join(', ')})`;
  return toAscii(alertHeadline(result), MAX_SUBJECT_CHARS - tail.length) + tail;
}

function detailOf(result: TaskResult): string {
  const error = errorOf(result);
  const isCounted = result.outcome === 'succeeded' || result.outcome === 'partially_succeeded' || !error;
  if (!isCounted) return reasonWords(error, 200);
  return countWords(result.summary) || (isUnread(result) ? 'its result could not be read' : '');
}

/** Our own deadline's message needs no code in front. */
function reasonWords(error: TaskError, maxUnits?: number): string {
  return errorWords(error.code === 'DEADLINE' ? { ...error, code: '' } : error, maxUnits);
}

function factLines(result: TaskResult): string[] {
  const counts = countWords(result.summary);
  const ended = new Date(result.completedAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return [
    ...(counts && !alertHeadline(result).includes(counts) ? [`Counts: ${counts}`] : []),
    ...(result.label ? [`Label: ${lineOf(result.label, 100)}`] : []),
    `Gateway: ${result.instanceId}`,
    `Took: ${tookWords(result)}, ended ${ended} UTC`,
  ];
}

function errorLines(result: TaskResult): string[] {
  const error = errorOf(result);
  const isSaid = error !== undefined && alertHeadline(result).includes(reasonWords(error));
  return [
    ...(error && !isSaid ? [`Error: ${reasonWords(error)}`] : []),
    ...(error?.requestId ? [`Huawei request id: ${lineOf(error.requestId, 64)}`] : []),
    ...(isUnread(result) ? [unreadLine(result)] : []),
  ];
}

function unreadLine({ result }: TaskResult): string {
  const reason = result.kind === 'raw' ? `: ${lineOf(result.reason, 160)}` : '';
  return `Its result could not be read${reason}. What Huawei Cloud sent is kept in the whole result, below.`;
}

function failureLines(result: TaskResult, room: number): string[] {
  const total = failureCount(result);
  if (total === 0) return [];
  const entries = failuresOf(result).slice(0, MAX_LISTED_FAILURES).map(failureEntry);
  const shown: string[] = [];
  let left = room - `\n\nThe first ${MAX_LISTED_FAILURES} of ${total} failed APIs:`.length;
  for (const entry of entries) {
    left -= entry.length + 1;
    if (left < 0) break;
    shown.push(entry);
  }
  return ['', failureTitle(shown.length, total), ...shown];
}

function failureEntry(failure: Parameters<typeof failureWords>[0]): string {
  const { api, reason } = failureWords(failure, 200);
  return `- ${cut(api, 120)}\n  ${reason}`;
}

function failureTitle(shown: number, total: number): string {
  const apis = total === 1 ? '1 failed API' : `${total} failed APIs`;
  if (shown === 0) return `${apis}: see the whole result`;
  return shown === total ? `${apis}:` : `The first ${shown} of ${apis}:`;
}

/** `Next: …`: what to do, where something is to be done. */
function nextLine(result: TaskResult, { publicUrl }: AlertOptions): string[] {
  const steps = nextSteps(result.outcome, watchCall(resultUrl(result.taskId, publicUrl)));
  return steps.length > 0 ? [`Next: ${steps.join(' ')}`] : [];
}

function whereLines(result: TaskResult, { publicUrl }: AlertOptions): string[] {
  const url = resultUrl(result.taskId, publicUrl);
  const { group_id: groupId } = result.summary;
  return [
    `Whole result: ${publicUrl ? url : `GET ${url}`}`,
    `Task ${result.taskId}${groupId ? `, group ${lineOf(groupId, 64)}` : ''}, profile ${lineOf(result.profile, 64)}`,
  ];
}
