import { byUrgency, DIGEST_ABOVE, outcomeCounts } from '../../messages/digest.ts';
import type { Notice, TaskEventData } from '../../messages/task-event.ts';
import { countWords, needsAttention, OUTCOME_WORDS, shortId, taskKind } from '../../messages/words.ts';
import { pack, takeFitting } from '../../tasks/safe-text.ts';
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
import { errorLine, failureLine, OUTCOME_EMOJI, renderSlackMessage } from './message.ts';

const DETAIL_MAX = 300;
/** Header, mentions, fallback, context and the frame around sections, in units of JSON. */
const FRAME = 2_600;
const LINES_BUDGET = MESSAGE_BUDGET - FRAME;
const MENTIONS_MAX = 10;

/** An event for one channel, with the mention that a rule gives it. */
export type SlackItem = { event: Notice; mention?: string | undefined };

/** A message, and the items that are delivered when it has arrived. */
export type SlackPost<T extends SlackItem> = { message: SlackMessage; items: T[] };

/**
 * The messages to one channel for a batch: one each for a few events, a digest for more than `DIGEST_ABOVE`. A digest
 * lists everything that needs attention, on more messages if one is too short; of successes it lists those that fit and
 * counts the rest. Every item is in exactly one post.
 */
export function renderSlackPosts<T extends SlackItem>(items: T[]): SlackPost<T>[] {
  const sorted = items.toSorted((one, other) => byUrgency(one.event, other.event));
  if (items.length > DIGEST_ABOVE) return renderDigest(sorted);
  return sorted.map((item) => ({ message: renderSlackMessage(item.event, item.mention), items: [item] }));
}

type Line<T> = { text: string; item: T };
type Page<T> = { shown: Line<T>[]; omitted: Line<T>[] };

function renderDigest<T extends SlackItem>(items: T[]): SlackPost<T>[] {
  const pages = paginate(items.map((item) => ({ text: digestLine(item.event.data), item })));
  const headline = digestHeadline(items);
  return pages.map((page, index) => {
    const part = pages.length > 1 ? ` (${index + 1} of ${pages.length})` : '';
    return {
      message: composePage(`${headline}${part}`, page),
      items: [...page.shown, ...page.omitted].map(({ item }) => item),
    };
  });
}

/** As many pages as the lines that need attention fill; successes are on the last one, or omitted. Lines are sorted. */
function paginate<T extends SlackItem>(lines: Line<T>[]): Page<T>[] {
  const sizeOf = ({ text }: Line<T>) => cost(text);
  const isUrgent = ({ item }: Line<T>) => needsAttention(item.event.data);
  const packs = pack(lines.filter(isUrgent), { sizeOf, maxSize: LINES_BUDGET });
  const last = packs.pop() ?? [];
  const successes = lines.slice(lines.filter(isUrgent).length);
  const left = LINES_BUDGET - last.reduce((sum, line) => sum + sizeOf(line), 0);
  const shown = takeFitting(successes, { sizeOf, maxSize: left });
  const full = packs.map((page) => ({ shown: page, omitted: [] }));
  return [...full, { shown: [...last, ...shown], omitted: successes.slice(shown.length) }];
}

function composePage<T extends SlackItem>(headline: string, { shown, omitted }: Page<T>): SlackMessage {
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
    `${OUTCOME_EMOJI[data.outcome]} *${kind} ${OUTCOME_WORDS[data.outcome]}*`,
    data.label ? code(data.label, 60) : '',
    taskLink(data),
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
