import { OUTCOMES, type Outcome } from '../names.ts';
import { cut, lineOf, pack, takeFitting, toAscii, utf8Bytes } from '../tasks/safe-text.ts';
import { type AlertText, alertHeadline, alertText, MAX_SUBJECT_CHARS } from './alert.ts';
import type { PublishReport } from './publishers.ts';
import type { Notice } from './task-event.ts';
import {
  endWords,
  failureCount,
  failureWords,
  groupWords,
  needsAttention,
  OUTCOME_WORDS,
  runUrlOf,
  shortId,
} from './words.ts';

/** More ends than this in one publishing round become one message. */
export const DIGEST_ABOVE = 5;
/** A body's UTF-8 bytes: SNS refuses 256 KiB with attributes, and mailboxes cut long before. */
export const MAX_BODY_BYTES = 200 * 1024;
const HEADER_BYTES = 2_048;
const FAILURES_PER_TASK = 3;
/** Worst first, in every digest. */
const BY_URGENCY: readonly Outcome[] = [
  'failed',
  'partially_succeeded',
  'rejected',
  'expired',
  'not_found',
  'succeeded',
];

/** A message that is ready to be sent, and the tasks that it announces. */
export type Composed<M> = { message: M; taskIds: string[] };

/** Reports the tasks of the messages that failed; `failed` has the reason of each, by its index. */
export function toReport(composed: readonly Composed<unknown>[], failed: ReadonlyMap<number, string>): PublishReport {
  const perMessage = [...failed].map(([index, reason]) =>
    (composed[index]?.taskIds ?? []).map((taskId) => ({ taskId, reason })),
  );
  return { failed: perMessage.flat() };
}

/** A message to people, with the outcomes that it announces. */
export type Alert = AlertText & { outcomes: Outcome[] };

/**
 * The messages of one publishing round: one an end up to five, otherwise a digest that lists every end but successes
 * first. A digest splits when those do not fit, and by `groups` of outcomes that different people asked for; plain
 * successes that do not fit are counted.
 */
export function composeAlerts(
  notices: readonly Notice[],
  groups: readonly Outcome[][] = [[...OUTCOMES]],
): Composed<Alert>[] {
  if (notices.length <= DIGEST_ABOVE) return composeSingly(notices);
  return groups.flatMap((group) => {
    const own = notices.filter(({ data }) => group.includes(data.outcome));
    return own.length > 1 ? composeDigest(own) : composeSingly(own);
  });
}

function composeSingly(notices: readonly Notice[]): Composed<Alert>[] {
  return notices.map((notice) => ({
    message: { ...alertText(notice), outcomes: [notice.data.outcome] },
    taskIds: [notice.data.task_id],
  }));
}

function composeDigest(notices: readonly Notice[]): Composed<Alert>[] {
  const attention = notices.filter(({ data }) => needsAttention(data)).toSorted(byUrgency);
  const successes = notices.filter(({ data }) => !needsAttention(data));
  const entries = attention.map((notice) => ({ notice, text: attentionEntry(notice) }));
  const packs = pack<Entry>(entries, { sizeOf: entryBytes, maxSize: MAX_BODY_BYTES - HEADER_BYTES });
  const parts = packs.length === 0 ? [[]] : packs;
  const outcomes = notices.map(({ data }) => data.outcome);
  return parts.map((part, index) => {
    const title = digestHeadline(outcomes, parts.length > 1 ? `APIG (${index + 1} of ${parts.length})` : 'APIG');
    const isLast = index === parts.length - 1;
    const blocks = [...attentionBlock(part, attention.length), ...(isLast ? successBlock(part, successes) : [])];
    const announced = [...part.map(({ notice }) => notice), ...(isLast ? successes : [])].map(({ data }) => data);
    return {
      message: {
        subject: toAscii(title, MAX_SUBJECT_CHARS),
        body: [title, ...blocks].join('\n'),
        outcomes: OUTCOMES.filter((outcome) => announced.some((data) => data.outcome === outcome)),
      },
      taskIds: announced.map(({ task_id: taskId }) => taskId),
    };
  });
}

/** Worst first. */
export function byUrgency(one: Notice, other: Notice): number {
  return BY_URGENCY.indexOf(one.data.outcome) - BY_URGENCY.indexOf(other.data.outcome);
}

/** `APIG: 7 tasks ended: 2 failed, 1 expired, 4 succeeded`. */
export function digestHeadline(outcomes: readonly Outcome[], opening = 'APIG'): string {
  return `${opening}: ${outcomes.length} tasks ended: ${outcomeCounts(outcomes)}`;
}

/** `2 failed, 1 expired, 4 succeeded`: worst first. */
export function outcomeCounts(outcomes: readonly Outcome[]): string {
  const counts = BY_URGENCY.map((outcome) => ({ outcome, count: outcomes.filter((one) => one === outcome).length }));
  const present = counts.filter(({ count }) => count > 0);
  return present.map(({ outcome, count }) => `${count} ${OUTCOME_WORDS[outcome]}`).join(', ');
}

type Entry = { notice: Notice; text: string };

function entryBytes({ text }: { text: string }): number {
  return utf8Bytes(text) + 1;
}

function attentionBlock(part: Entry[], total: number): string[] {
  if (part.length === 0) return [];
  const title = part.length === total ? `Needs attention (${total}):` : `Needs attention (${part.length} of ${total}):`;
  return ['', title, ...part.map(({ text }) => text)];
}

function successBlock(part: Entry[], successes: Notice[]): string[] {
  if (successes.length === 0) return [];
  const usedBytes = part.reduce((sum, entry) => sum + entryBytes(entry), 0);
  const shown = takeFitting(
    successes.map((notice) => ({ text: successEntry(notice) })),
    { sizeOf: entryBytes, maxSize: MAX_BODY_BYTES - HEADER_BYTES - usedBytes },
  );
  const rest = successes.length - shown.length;
  const lines = shown.map(({ text }) => text);
  return ['', `Succeeded (${successes.length}):`, ...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])];
}

function attentionEntry(notice: Notice): string {
  const { data } = notice;
  const failures = (data.failures ?? []).slice(0, FAILURES_PER_TASK).map((failure) => {
    const { api, reason } = failureWords(failure, 160);
    return `  ${cut(api, 120)} - ${reason}`;
  });
  const rest = failureCount(data) - failures.length;
  if (failures.length > 0 && rest > 0) failures.push(`  and ${rest} more failed APIs`);
  return [`- ${alertHeadline(notice)}`, whoLine(notice), ...failures, ...whereLines(notice)].join('\n');
}

function successEntry(notice: Notice): string {
  return [`- ${alertHeadline(notice)}`, whoLine(notice), ...whereLines(notice)].join('\n');
}

function whereLines({ data }: Notice): string[] {
  const run = runUrlOf(data.context);
  return [`  ${data.result_url}`, ...(run === undefined ? [] : [`  CI run: ${run}`])];
}

function whoLine(notice: Notice): string {
  const { data } = notice;
  const { label: name, instance_id: gateway } = data;
  const label = name ? `${lineOf(name, 60)}, ` : '';
  const words = groupWords(data, true);
  const group = words === undefined ? '' : `, group ${words}`;
  return `  ${label}gateway ${shortId(gateway)}${group}, ${endWords(notice).phrase}`;
}
