import { chatHeadline, factsOf, linksOf, smallFactsOf } from '../../messages/alert.ts';
import { byUrgency, DIGEST_ABOVE } from '../../messages/digest.ts';
import type { EventFailure, Notice, TaskEventData } from '../../messages/task-event.ts';

import { errorWords, failureCount, failureWords, nextSteps, watchCall } from '../../messages/words.ts';

import { lineOf, takeFitting } from '../../tasks/safe-text.ts';
import { type ChatPost, type DigestPage, digestPosts, listedFactsOf, type Shown } from '../pages.ts';
import {
  block,
  cost,
  MESSAGE_BUDGET,
  openUrl,
  type RichTextBlock,
  run,
  type TeamsMessage,
  type TextRun,
  toMessage,
} from './card.ts';

const HEADLINE_MAX = 300;
const VALUE_MAX = 160;
const ERROR_MAX = 600;
const REASON_MAX = 280;
/** How many failed APIs one card lists; the button leads to the rest. */
const FAILURES_SHOWN = 10;
/** Frame, title and the gateways of a list. */
const FRAME = 1_500;

/** The cards to one channel for a batch: one each for a few events, a list for more than `DIGEST_ABOVE`. */
export function renderTeamsPosts<T extends Shown>(items: T[]): ChatPost<T, TeamsMessage>[] {
  const sorted = items.toSorted((one, other) => byUrgency(one.event, other.event));
  if (items.length <= DIGEST_ABOVE)
    return sorted.map((item) => ({ message: renderTeamsCard(item.event), items: [item] }));
  return digestPosts(sorted, {
    line: digestLine,
    sizeOf: cost,
    maxSize: MESSAGE_BUDGET - FRAME,
    message: composePage,
  });
}

/** One end as one card. */
export function renderTeamsCard(notice: Notice): TeamsMessage {
  const { data } = notice;
  const { sign, words } = chatHeadline(notice);
  const top = [title(`${sign} ${words}`), ...factBlocks(notice), ...errorBlock(data)];
  const bottom = [...nextBlock(data), smallPrint(notice)];
  const buttons = linksOf(data).flatMap(({ label, url }) => openUrl(url, label));
  const room = MESSAGE_BUDGET - cost(toMessage([...top, ...bottom], buttons));
  return toMessage([...top, ...failureBlocks(data, room), ...bottom], buttons);
}

function title(text: string): RichTextBlock {
  return block([run(lineOf(text, HEADLINE_MAX), { size: 'large', weight: 'bolder' })]);
}

function factBlocks(notice: Notice): RichTextBlock[] {
  return factsOf(notice).map(({ name, value }) =>
    block([run(`${name}: `, { weight: 'bolder' }), run(lineOf(value, VALUE_MAX))], { spacing: 'none' }),
  );
}

function errorBlock({ error }: TaskEventData): RichTextBlock[] {
  if (error === undefined) return [];
  return [block([run('Why: ', { weight: 'bolder' }), run(errorWords(error, ERROR_MAX))], { spacing: 'medium' })];
}

/** The first failures that fit into `room` bytes, and how many there are besides. */
function failureBlocks(data: TaskEventData, room: number): RichTextBlock[] {
  const failures = data.failures ?? [];
  if (failures.length === 0) return [];
  const lines = failures.slice(0, FAILURES_SHOWN).map((failure) => block(failureRuns(failure), { spacing: 'none' }));
  const shown = takeFitting<RichTextBlock>(lines, { sizeOf: cost, maxSize: room - 300 });
  const total = failureCount(data);
  const words = shown.length === total ? 'What failed' : `What failed (first ${shown.length} of ${total})`;
  return [block([run(words, { weight: 'bolder' })], { spacing: 'medium' }), ...shown];
}

function failureRuns(failure: EventFailure): TextRun[] {
  const { api, reason } = failureWords(failure, REASON_MAX);
  return [run(lineOf(api, VALUE_MAX), { fontType: 'monospace' }), run(` ${reason}`)];
}

function nextBlock(data: TaskEventData): RichTextBlock[] {
  const steps = nextSteps(data, watchCall(data.result_url)).map((step) => lineOf(step, ERROR_MAX));
  if (steps.length === 0) return [];
  return [block([run('Next: ', { weight: 'bolder' }), run(steps.join(' '))], { spacing: 'medium' })];
}

function smallPrint(notice: Notice): RichTextBlock {
  const { facts, pairs } = smallFactsOf(notice);
  const parts = [...facts.map(({ name, value }) => `${name} ${lineOf(value, 80)}`), ...pairs];
  return block([run(parts.join('  ·  '), { size: 'small', isSubtle: true })], { spacing: 'medium' });
}

function composePage({ headline, lines, omitted }: DigestPage<RichTextBlock>): TeamsMessage {
  const rest = omitted === 0 ? [] : [block([run(`…and ${omitted} more that succeeded`)], { spacing: 'none' })];
  return toMessage([title(headline), ...lines, ...rest]);
}

/** One task in a list: what ended how, a link to its result and its run, and the first reason if it did not succeed. */
function digestLine({ event }: Shown): RichTextBlock {
  const { words, label, id, counts, api, why } = listedFactsOf(event, REASON_MAX);
  const [result, ciRun] = linksOf(event.data);
  const link = ciRun && linked(ciRun.label, ciRun.url);
  return block(
    [
      run(`${words}  `, { weight: 'bolder' }),
      ...(label === '' ? [] : [run(`${label}  `)]),
      linked(id, result?.url) ?? run(event.data.task_id),
      ...(link === undefined ? [] : [run('  '), link]),
      ...(counts === '' ? [] : [run(`  ${counts}`)]),
      ...(why === '' ? [] : [run(`  ${lineOf(`${api} ${why}`, REASON_MAX)}`, { isSubtle: true })]),
    ],
    { spacing: 'none' },
  );
}

function linked(text: string, url: string | undefined): TextRun | undefined {
  const [selectAction] = openUrl(url);
  return selectAction === undefined ? undefined : run(text, { selectAction });
}
