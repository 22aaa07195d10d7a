import { BY_URGENCY, DIGEST_ABOVE } from '../../messages/digest.ts';
import { countWords, needsAttention, OUTCOME_WORDS, shortId, taskKind } from '../../messages/outcome-words.ts';
import type { TaskEvent, TaskEventData } from '../../messages/task-event.ts';
import type { Outcome } from '../../names.ts';
import {
  context,
  cost,
  fallback,
  header,
  MESSAGE_BUDGET,
  SECTION_BUDGET,
  type SlackBlock,
  type SlackMessage,
  section,
} from './slack-blocks.ts';
import { errorLine, failureLine, OUTCOME_EMOJI, renderSlackMessage } from './slack-message.ts';
import { code, link, plain } from './slack-text.ts';

const DETAIL_MAX = 300;
/** Header, mentions, fallback, context and the frame around sections, in units of JSON; the lines share the rest. */
const FRAME = 2_600;
const MENTIONS_MAX = 10;

/** An event on its way to one channel. */
export type SlackItem = { event: TaskEvent; mention?: string | undefined };

/** A message, and the items that are done when it has arrived. */
export type SlackPost<T extends SlackItem> = { message: SlackMessage; items: T[] };

/**
 * What one channel is sent for a batch: a message each for a few events, a digest for more than `DIGEST_ABOVE`.
 * A digest lists everything that needs attention, in a second message where one does not hold it; of what
 * succeeded it lists what fits and counts the rest. Every item is in exactly one post.
 */
export function renderSlackPosts<T extends SlackItem>(items: T[]): SlackPost<T>[] {
  if (items.length > DIGEST_ABOVE) return renderDigest(items);
  return worstFirst(items).map((item) => ({ message: renderSlackMessage(item.event, item.mention), items: [item] }));
}

type Line<T> = { text: string; item: T };
type Page<T> = { shown: Line<T>[]; omitted: Line<T>[] };

function renderDigest<T extends SlackItem>(items: T[]): SlackPost<T>[] {
  const pages = paginate(worstFirst(items).map((item) => ({ text: digestLine(item.event.data), item })));
  const headline = digestHeadline(items.map(({ event }) => event.data.outcome));
  return pages.map((page, index) => {
    const part = pages.length > 1 ? ` (${index + 1} of ${pages.length})` : '';
    return {
      message: composePage(`${headline}${part}`, page),
      items: [...page.shown, ...page.omitted].map(({ item }) => item),
    };
  });
}

function worstFirst<T extends SlackItem>(items: T[]): T[] {
  return items.toSorted((a, b) => urgency(a) - urgency(b));
}

function urgency({ event }: SlackItem): number {
  return BY_URGENCY.indexOf(event.data.outcome);
}

/** Opens a new page for a line that needs attention and does not fit; other lines that do not fit are left out. */
function paginate<T extends SlackItem>(lines: Line<T>[]): Page<T>[] {
  let page: Page<T> = { shown: [], omitted: [] };
  const pages = [page];
  let left = MESSAGE_BUDGET - FRAME;
  for (const line of lines) {
    left -= cost(line.text);
    if (left >= 0) page.shown.push(line);
    else if (needsAttention(line.item.event.data)) {
      page = { shown: [line], omitted: [] };
      pages.push(page);
      left = MESSAGE_BUDGET - FRAME - cost(line.text);
    } else page.omitted.push(line);
  }
  return pages;
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
  const texts: string[] = [];
  for (const line of lines) {
    const joined = texts.length === 0 ? line : `${texts.at(-1)}\n${line}`;
    if (texts.length === 0 || joined.length > SECTION_BUDGET) texts.push(line);
    else texts[texts.length - 1] = joined;
  }
  return texts.map(section);
}

/** `❌ 14 APIG tasks ended: 2 failed, 1 expired, 11 succeeded`. */
function digestHeadline(outcomes: Outcome[]): string {
  const counts = BY_URGENCY.map((outcome) => [outcome, outcomes.filter((it) => it === outcome).length] as const);
  const present = counts.filter(([, count]) => count > 0);
  const worst = present[0]?.[0] ?? 'succeeded';
  const words = present.map(([outcome, count]) => `${count} ${OUTCOME_WORDS[outcome]}`).join(', ');
  return `${OUTCOME_EMOJI[worst]} ${outcomes.length} APIG tasks ended: ${words}`;
}

/** One task in a digest: what ended how, which it is, and the first reason where it did not succeed. */
function digestLine(data: TaskEventData): string {
  const kind = taskKind({ taskType: data.task_type });
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

/** A short id where it leads to the result; else the whole id, for that is all there is to look it up by. */
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
