import { outcomeCounts } from '../messages/digest.ts';
import type { Notice, TaskEventData } from '../messages/task-event.ts';
import {
  countWords,
  errorWords,
  failureWords,
  needsAttention,
  OUTCOME_EMOJI,
  OUTCOME_WORDS,
  shortId,
  taskKind,
} from '../messages/words.ts';
import { type Budget, lineOf, pack, takeFitting } from '../tasks/safe-text.ts';
import type { Item } from './channel.ts';

/** What a message shows of an item. */
export type Shown = Pick<Item, 'event' | 'mention'>;

/** A message, and the items that are delivered when it has arrived. */
export type ChatPost<T, M> = { message: M; items: T[] };

/** One message of a digest: its lines, the items that they show, and how many successes it only counts. */
export type DigestPage<L> = { headline: string; lines: L[]; shown: Shown[]; omitted: number };

/** How a chat writes a digest: the line of one end and its size, and a message of lines. */
export type Digest<L, M> = {
  line(item: Shown): L;
  sizeOf(line: L): number;
  /** Of all lines of one message together. */
  maxSize: number;
  message(page: DigestPage<L>): M;
};

/**
 * Items, sorted with the worst first, as a digest: it lists everything that needs attention, on more messages if one is
 * too short; of successes it lists those that fit and counts the rest. Every item is in exactly one post.
 */
export function digestPosts<T extends Shown, L, M>(sorted: T[], digest: Digest<L, M>): ChatPost<T, M>[] {
  const lines = sorted.map((item) => ({ text: digest.line(item), item }));
  const pages = paginate(lines, { sizeOf: ({ text }) => digest.sizeOf(text), maxSize: digest.maxSize });
  return pages.map(({ shown, omitted }, index) => {
    const part = pages.length > 1 ? ` (${index + 1} of ${pages.length})` : '';
    const page = {
      headline: digestHeadline(sorted) + part,
      lines: shown.map(({ text }) => text),
      shown: shown.map(({ item }) => item),
      omitted: omitted.length,
    };
    return { message: digest.message(page), items: [...shown, ...omitted].map(({ item }) => item) };
  });
}

/** `❌ 14 APIG tasks ended: 2 failed, 1 expired, 11 succeeded`. Items are sorted. */
function digestHeadline(items: Shown[]): string {
  const outcomes = items.map(({ event }) => event.data.outcome);
  return `${OUTCOME_EMOJI[outcomes[0] ?? 'succeeded']} ${outcomes.length} APIG tasks ended: ${outcomeCounts(outcomes)}`;
}

/**
 * As many pages as the lines that need attention fill, none of them left out; successes are on the last one, or counted.
 * Lines are sorted, worst first.
 */
function paginate<L extends { item: Shown }>(lines: L[], budget: Budget<L>): { shown: L[]; omitted: L[] }[] {
  const urgent = lines.filter(({ item }) => needsAttention(item.event.data));
  const packs = pack(urgent, budget);
  const last = packs.pop() ?? [];
  const left = budget.maxSize - last.reduce((sum, line) => sum + budget.sizeOf(line), 0);
  const successes = lines.slice(urgent.length);
  const shown = takeFitting(successes, { ...budget, maxSize: left });
  const full = packs.map((page) => ({ shown: page, omitted: [] }));
  return [...full, { shown: [...last, ...shown], omitted: successes.slice(shown.length) }];
}

/** One task in a list: `words` are ours, the others foreign; `''` where nothing is known. `why` is the first reason, `api` what it is about. */
export type ListedFacts = Record<'words' | 'label' | 'id' | 'counts' | 'api' | 'why', string>;

/** The facts of one task in a list, each of at most `maxUnits`. */
export function listedFactsOf({ data }: Notice, maxUnits: number): ListedFacts {
  const back = data.first_success ? ', back to normal' : '';
  return {
    words: `${OUTCOME_EMOJI[data.outcome]} ${taskKind(data)} ${OUTCOME_WORDS[data.outcome]}${back}`,
    label: lineOf(data.label ?? '', 60),
    id: shortId(data.task_id),
    counts: lineOf(countWords(data.summary), 120),
    ...firstReason(data, maxUnits),
  };
}

function firstReason(
  { outcome, failures = [], error }: TaskEventData,
  maxUnits: number,
): Record<'api' | 'why', string> {
  const [first] = failures;
  if (outcome === 'succeeded') return { api: '', why: '' };
  if (first === undefined) return { api: '', why: error === undefined ? '' : errorWords(error, maxUnits) };
  const { api, reason } = failureWords(first, maxUnits);
  return { api, why: reason };
}
