import { outcomeCounts } from '../../messages/digest.ts';
import type { Notice, TaskEventData } from '../../messages/task-event.ts';
import {
  countWords,
  needsAttention,
  OUTCOME_EMOJI,
  OUTCOME_WORDS,
  runUrlOf,
  shortId,
  taskKind,
} from '../../messages/words.ts';
import { pack } from '../../tasks/safe-text.ts';
import { type Page, paginate } from '../pages.ts';
import {
  code,
  context,
  cost,
  fallback,
  header,
  link,
  MESSAGE_BUDGET,
  plain,
  SECTION_BUDGET,
  type SlackBlock,
  type SlackMessage,
  section,
} from './blocks.ts';
import { errorLine, failureLine } from './message.ts';

const DETAIL_MAX = 300;
/** Header, mentions, fallback, context and the frame around sections, in units of JSON. */
const FRAME = 2_600;
const LINES_BUDGET = MESSAGE_BUDGET - FRAME;
const MENTIONS_MAX = 10;

/** An event for one channel, with the mention that a rule gives it. */
export type SlackItem = { event: Notice; mention?: string | undefined };

/** A message, and the items that are delivered when it has arrived. */
export type SlackPost<T extends SlackItem> = { message: SlackMessage; items: T[] };

type Line<T> = { text: string; item: T };

/**
 * Many events, worst first, in one message: it lists everything that needs attention, on more messages if one is too
 * short; of successes it lists those that fit and counts the rest. Every item is in exactly one post.
 */
export function renderSlackDigest<T extends SlackItem>(items: T[]): SlackPost<T>[] {
  const pages = paginate(
    items.map((item) => ({ text: digestLine(item.event.data), item })),
    { sizeOf: ({ text }) => cost(text), maxSize: LINES_BUDGET },
  );
  const headline = digestHeadline(items);
  return pages.map((page, index) => {
    const part = pages.length > 1 ? ` (${index + 1} of ${pages.length})` : '';
    return {
      message: composePage(`${headline}${part}`, page),
      items: [...page.shown, ...page.omitted].map(({ item }) => item),
    };
  });
}

function composePage<T extends SlackItem>(headline: string, { shown, omitted }: Page<Line<T>>): SlackMessage {
  const lines = shown.map(({ text }) => text);
  if (omitted.length > 0) lines.push(`…and ${omitted.length} more that succeeded`);
  const mentions = mentionsOf(shown.map(({ item }) => item));
  const blocks: SlackBlock[] = [header(headline), ...packSections(mentions === '' ? lines : [mentions, ...lines])];
  return { text: fallback(headline), blocks: [...blocks, context([gatewaysOf(shown.map(({ item }) => item))])] };
}

function mentionsOf(items: SlackItem[]): string {
  const loud = items.filter(({ event }) => needsAttention(event.data));
  const mentions = new Set(loud.flatMap(({ mention }) => (mention === undefined ? [] : [mention])));
  return [...mentions].slice(0, MENTIONS_MAX).join(' ');
}

function packSections(lines: string[]): SlackBlock[] {
  const packs = pack(lines, { sizeOf: (line) => line.length + 1, maxSize: SECTION_BUDGET });
  return packs.map((part) => section(part.join('\n')));
}

/** `❌ 14 APIG tasks ended: 2 failed, 1 expired, 11 succeeded`. Items are sorted. */
function digestHeadline(items: SlackItem[]): string {
  const outcomes = items.map(({ event }) => event.data.outcome);
  return `${OUTCOME_EMOJI[outcomes[0] ?? 'succeeded']} ${outcomes.length} APIG tasks ended: ${outcomeCounts(outcomes)}`;
}

/** One task in a digest: its kind, outcome and label, and the first reason if it did not succeed. */
function digestLine(data: TaskEventData): string {
  const kind = taskKind(data);
  const counts = countWords(data.summary);
  const parts = [
    `${OUTCOME_EMOJI[data.outcome]} *${kind} ${OUTCOME_WORDS[data.outcome]}${data.first_success ? ', back to normal' : ''}*`,
    data.label ? code(data.label, 60) : '',
    taskLink(data),
    link(runUrlOf(data.context) ?? '', 'CI run', 300) ?? '',
    counts === '' ? '' : plain(counts, 120),
  ];
  const line = parts.filter(Boolean).join('  ');
  const reason = reasonOf(data);
  return reason === '' ? line : `${line}\n      ${reason}`;
}

/** A short id as a link to the result, or the whole id if there is no link: nothing else identifies the task. */
function taskLink({ task_id: id, result_url: url }: TaskEventData): string {
  return link(url, plain(shortId(id), 20), 300) ?? code(id, 80);
}

function reasonOf({ outcome, failures = [], error }: TaskEventData): string {
  if (outcome === 'succeeded') return '';
  const [first] = failures;
  if (first) return failureLine(first);
  return error ? errorLine(error, DETAIL_MAX) : '';
}

function gatewaysOf(items: SlackItem[]): string {
  const gateways = [...new Set(items.map(({ event }) => event.data.instance_id))];
  const shown = gateways.slice(0, 3).map((id) => code(id, 80));
  const more = gateways.length > shown.length ? ` and ${gateways.length - shown.length} more` : '';
  return `${gateways.length === 1 ? 'Gateway' : 'Gateways'} ${shown.join(', ')}${more}`;
}
