import { OUTCOMES, type Outcome } from '../names.ts';
import type { TaskResult } from '../tasks/result.ts';
import { cut, lineOf, toAscii, utf8Bytes } from '../tasks/safe-text.ts';
import { type AlertOptions, type AlertText, alertHeadline, alertText, MAX_SUBJECT_CHARS } from './alert-text.ts';
import {
  failureCount,
  failuresOf,
  failureWords,
  needsAttention,
  OUTCOME_WORDS,
  resultUrl,
  shortId,
  tookWords,
} from './outcome-words.ts';
import { pack } from './pack.ts';

/** More completions than this in one publishing round become one message. */
export const DIGEST_ABOVE = 5;
/** A body's UTF-8 bytes: SNS refuses 256 KiB with attributes, and mailboxes cut long before. */
export const MAX_BODY_BYTES = 200 * 1024;
const HEADER_BYTES = 2_048;
const FAILURES_PER_TASK = 3;
/** Worst first, in every digest. */
export const BY_URGENCY: readonly Outcome[] = [
  'failed',
  'partially_succeeded',
  'rejected',
  'expired',
  'not_found',
  'succeeded',
];

/** One message and whom it tells about. */
export type Alert = AlertText & { taskIds: string[]; outcomes: Outcome[] };

/**
 * The messages of one publishing round: one a result up to five, else a digest that lists whatever did not succeed
 * first. A digest splits only where those do not fit; plain successes that do not fit are counted.
 */
export function composeAlerts(results: readonly TaskResult[], options: AlertOptions = {}): Alert[] {
  if (results.length > DIGEST_ABOVE) return composeDigest(results, options);
  return results.map((result) => ({
    ...alertText(result, options),
    taskIds: [result.taskId],
    outcomes: [result.outcome],
  }));
}

function composeDigest(results: readonly TaskResult[], options: AlertOptions): Alert[] {
  const attention = results.filter(needsAttention).toSorted((a, b) => urgency(a) - urgency(b));
  const successes = results.filter((result) => !needsAttention(result));
  const entries = attention.map((result) => ({ result, text: attentionEntry(result, options) }));
  const packs = pack<Entry>(entries, { sizeOf: entryBytes, maxSize: MAX_BODY_BYTES - HEADER_BYTES });
  const parts = packs.length === 0 ? [[]] : packs;
  return parts.map((part, index) => {
    const title = digestHeadline(results, parts.length > 1 ? `APIG (${index + 1} of ${parts.length})` : 'APIG');
    const isLast = index === parts.length - 1;
    const blocks = [
      ...attentionBlock(part, attention.length),
      ...(isLast ? successBlock(part, successes, options) : []),
    ];
    const told = [...part.map(({ result }) => result), ...(isLast ? successes : [])];
    return {
      subject: toAscii(title, MAX_SUBJECT_CHARS),
      body: [title, ...blocks].join('\n'),
      taskIds: told.map(({ taskId }) => taskId),
      outcomes: OUTCOMES.filter((outcome) => told.some((result) => result.outcome === outcome)),
    };
  });
}

function urgency({ outcome }: TaskResult): number {
  return BY_URGENCY.indexOf(outcome);
}

/** `APIG: 7 tasks ended: 2 failed, 1 expired, 4 succeeded`. */
export function digestHeadline(results: readonly TaskResult[], opening = 'APIG'): string {
  const counts = BY_URGENCY.map((outcome) => ({
    outcome,
    count: results.filter((one) => one.outcome === outcome).length,
  }));
  const words = counts
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${OUTCOME_WORDS[outcome]}`);
  return `${opening}: ${results.length} tasks ended: ${words.join(', ')}`;
}

type Entry = { result: TaskResult; text: string };

function entryBytes({ text }: { text: string }): number {
  return utf8Bytes(text) + 1;
}

function attentionBlock(part: Entry[], total: number): string[] {
  if (part.length === 0) return [];
  const title = part.length === total ? `To look at (${total}):` : `To look at (${part.length} of ${total}):`;
  return ['', title, ...part.map(({ text }) => text)];
}

function successBlock(part: Entry[], successes: TaskResult[], options: AlertOptions): string[] {
  if (successes.length === 0) return [];
  let left = MAX_BODY_BYTES - HEADER_BYTES - part.reduce((sum, entry) => sum + entryBytes(entry), 0);
  const entries = successes.map((result) => successEntry(result, options));
  const firstLeftOut = entries.findIndex((text) => {
    left -= utf8Bytes(text) + 1;
    return left < 0;
  });
  const shown = firstLeftOut === -1 ? entries : entries.slice(0, firstLeftOut);
  const rest = entries.length - shown.length;
  return ['', `Succeeded (${successes.length}):`, ...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])];
}

function attentionEntry(result: TaskResult, options: AlertOptions): string {
  const failures = failuresOf(result)
    .slice(0, FAILURES_PER_TASK)
    .map((failure) => {
      const { api, reason } = failureWords(failure, 160);
      return `  ${cut(api, 120)} - ${reason}`;
    });
  const rest = failureCount(result) - failures.length;
  if (failures.length > 0 && rest > 0) failures.push(`  and ${rest} more failed APIs`);
  return [
    `- ${alertHeadline(result)}`,
    whoLine(result),
    ...failures,
    `  ${resultUrl(result.taskId, options.publicUrl)}`,
  ].join('\n');
}

function successEntry(result: TaskResult, options: AlertOptions): string {
  return [`- ${alertHeadline(result)}`, whoLine(result), `  ${resultUrl(result.taskId, options.publicUrl)}`].join('\n');
}

function whoLine(result: TaskResult): string {
  const label = result.label ? `${lineOf(result.label, 60)}, ` : '';
  const group = result.summary.group_id ? `, group ${lineOf(shortId(result.summary.group_id), 20)}` : '';
  return `  ${label}gateway ${shortId(result.instanceId)}${group}, took ${tookWords(result)}`;
}
