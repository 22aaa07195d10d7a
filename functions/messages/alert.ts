import { cut, lineOf, takeFitting, toAscii } from '../tasks/safe-text.ts';
import type { EventFailure, Notice, TaskEventData } from './task-event.ts';
import {
  contextWords,
  countWords,
  endWords,
  errorWords,
  failureCount,
  failureKindWords,
  failureWords,
  groupWords,
  nextSteps,
  OUTCOME_EMOJI,
  outcomeHeadline,
  runUrlOf,
  shortId,
  watchCall,
} from './words.ts';

/** SNS refuses longer subjects, and any that are not ASCII. */
export const MAX_SUBJECT_CHARS = 99;
/** One result's text stays within what SNS sends as one SMS, in UTF-16 units. */
export const MAX_ALERT_UNITS = 1_600;
const MAX_LISTED_FAILURES = 5;
/** A longer address would take the place of the failures. */
const MAX_RUN_URL = 250;
/** Of the other pairs of a context together. */
const MAX_CONTEXT = 250;
const MAX_HELP_UNITS = 450;

/** A message to people. */
export type AlertText = {
  /** At most 99 printable ASCII characters. */
  subject: string;
  /** Plain text; the first line alone names the outcome, because an SMS has no subject. */
  body: string;
};

/** What a message says of an end, beside its headline and failures. `isOwn` marks words of ours; other values are foreign. */
export type Fact = { name: string; value: string; isOwn?: true };

/** The facts of an end in the order of every message; those that are not known are absent. */
export function factsOf(notice: Notice): Fact[] {
  const { data } = notice;
  const end = endWords(notice);
  return [
    ...fact('Label', data.label),
    ...fact('Registered by', data.registered_by),
    { name: 'Gateway', value: data.instance_id },
    ...fact('Group', groupWords(data)),
    ...fact('File', data.summary.file_name),
    ...fact('Profile', data.profile),
    { name: end.name, value: `${end.value}, ${end.seen}`, isOwn: true },
  ];
}

/** The facts for a search at Huawei Cloud, in small print, and the caller's own pairs. */
export function smallFactsOf({ data }: Notice): { facts: Fact[]; pairs: string[] } {
  return {
    facts: [
      { name: 'Task', value: data.task_id },
      { name: 'Project', value: data.project_id },
      ...fact('Request', data.error?.request_id),
    ],
    pairs: contextWords(data),
  };
}

function fact(name: string, value: string | undefined): Fact[] {
  return value === undefined || value === '' ? [] : [{ name, value }];
}

/** Where a person goes from a message. An address may be a path, when no public URL is known. */
export function linksOf({ context, result_url: url }: TaskEventData): { id: string; label: string; url: string }[] {
  const run = runUrlOf(context);
  return [
    { id: 'open_result', label: 'Open the result', url },
    ...(run === undefined ? [] : [{ id: 'open_run', label: 'CI run', url: run }]),
  ];
}

/** `APIG import partially succeeded: 12 created, 1 failed`, and its sign; foreign text in it is not escaped. */
export function chatHeadline({ data }: Notice): { sign: string; words: string } {
  const counts = countWords(data.summary);
  const words = outcomeHeadline(data);
  return { sign: OUTCOME_EMOJI[data.outcome], words: counts === '' ? words : `${words}: ${counts}` };
}

/** One end as a person reads it at night on a phone: outcome first, at most 1,600 UTF-16 units in all. */
export function alertText(notice: Notice): AlertText {
  const { data } = notice;
  const roomBeside = (...lines: string[]) => MAX_ALERT_UNITS - lines.join('\n').length;
  const facts = [alertHeadline(notice), '', ...factLines(notice)];
  const errors = errorLines(notice);
  const below = ['', ...nextLine(data), ...whereLines(data)];
  const context = contextLines(data, roomBeside(...facts, ...errors, ...failureLines(data, 0), ...below));
  const above = [...facts, ...context, ...errors];
  const failures = failureLines(data, roomBeside(...above, ...below));
  return { subject: alertSubject(notice), body: [...above, ...failures, ...below].join('\n') };
}

/** `APIG import partially succeeded: 12 created, 3 updated, 1 failed`, on one line of at most 200 UTF-16 units. */
export function alertHeadline(notice: Notice): string {
  return cut([outcomeHeadline(notice.data), detailOf(notice)].filter(Boolean).join(': '), 200);
}

function alertSubject(notice: Notice): string {
  const { data } = notice;
  const { summary, task_id: taskId, label = '' } = data;
  const group = data.group_name ?? (summary.group_id && shortId(summary.group_id));
  const id = group ? `group ${group}` : `task ${shortId(taskId)}`;
  const tail = ` (${[toAscii(id, 24), toAscii(label, 24)].filter(Boolean).join(', ')})`;
  return toAscii(alertHeadline(notice), MAX_SUBJECT_CHARS - tail.length) + tail;
}

function detailOf({ data, unread }: Notice): string {
  const { outcome, error, summary } = data;
  const isCounted = outcome === 'succeeded' || outcome === 'partially_succeeded' || !error;
  if (!isCounted) return reasonWords(error, 200);
  return countWords(summary) || (unread === undefined ? '' : 'its result could not be parsed');
}

/** Our own deadline's message needs no code in front. */
function reasonWords(error: { code: string; message: string }, maxUnits?: number): string {
  return errorWords(error.code === 'DEADLINE' ? { ...error, code: '' } : error, maxUnits);
}

/** Group and profile stand below, the file in the headline. */
const FACT_LINES = ['Label', 'Registered by', 'Gateway', 'Ended', 'Watched'];

function factLines(notice: Notice): string[] {
  const { data } = notice;
  const counts = countWords(data.summary);
  const run = runUrlOf(data.context);
  const facts = factsOf(notice).filter(({ name }) => FACT_LINES.includes(name));
  return [
    ...(counts && !alertHeadline(notice).includes(counts) ? [`Counts: ${counts}`] : []),
    ...facts.map(({ name, value }) => `${name}: ${lineOf(value, 80)}`),
    ...(run === undefined || run.length > MAX_RUN_URL ? [] : [`CI run: ${run}`]),
  ];
}

function contextLines(data: TaskEventData, room: number): string[] {
  return takeFitting(contextWords(data, 80), {
    sizeOf: (pair) => pair.length + 1,
    maxSize: Math.min(MAX_CONTEXT, room),
  });
}

function errorLines(notice: Notice): string[] {
  const { error } = notice.data;
  const isInHeadline = error !== undefined && alertHeadline(notice).includes(reasonWords(error));
  return [
    ...(error && !isInHeadline ? [`Error: ${reasonWords(error)}`] : []),
    ...(error?.request_id ? [`Huawei request id: ${lineOf(error.request_id, 64)}`] : []),
    ...(notice.unread === undefined ? [] : [unreadLine(notice.unread)]),
  ];
}

function unreadLine(reason: string): string {
  const why = reason === '' ? '' : `: ${lineOf(reason, 160)}`;
  return `The result could not be parsed${why}. Huawei Cloud's original answer is kept in the full result (link below).`;
}

function failureLines(data: TaskEventData, room: number): string[] {
  const total = failureCount(data);
  if (total === 0) return [];
  const entries = (data.failures ?? []).slice(0, MAX_LISTED_FAILURES).map(failureEntry);
  const title = `\n\nThe first ${MAX_LISTED_FAILURES} of ${total} failed APIs:\n(${failureKindWords(data)})`;
  const shown = takeFitting(entries, { sizeOf: (entry) => entry.length + 1, maxSize: room - title.length });
  const kinds = failureKindWords(data);
  return ['', failureTitle(shown.length, total), ...(kinds && shown.length < total ? [`(${kinds})`] : []), ...shown];
}

function failureEntry(failure: EventFailure): string {
  const { api, reason } = failureWords(failure, 200);
  return `- ${cut(api, 120)}\n  ${reason}`;
}

function failureTitle(shown: number, total: number): string {
  const apis = total === 1 ? '1 failed API' : `${total} failed APIs`;
  if (shown === 0) return `${apis}: see the full result`;
  return shown === total ? `${apis}:` : `The first ${shown} of ${apis}:`;
}

/** `Next: …`, when there is something to do. */
function nextLine(data: TaskEventData): string[] {
  const { outcome, help } = data;
  const advice = help === undefined ? {} : { help: cut(help, MAX_HELP_UNITS) };
  const steps = nextSteps({ outcome, ...advice }, watchCall(data.result_url));
  return steps.length > 0 ? [`Next: ${steps.join(' ')}`] : [];
}

function whereLines(data: TaskEventData): string[] {
  const { task_id: taskId, profile, result_url: url } = data;
  const words = groupWords(data);
  const group = words === undefined ? '' : `, group ${words}`;
  return [
    `Full result: ${url.startsWith('/') ? `GET ${url}` : url}`,
    `Task ${taskId}${group}, profile ${lineOf(profile, 64)}`,
  ];
}
