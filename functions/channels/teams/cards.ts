import { byUrgency, DIGEST_ABOVE, outcomeCounts } from '../../messages/digest.ts';
import type { EventFailure, Notice, TaskEventData } from '../../messages/task-event.ts';
import {
  contextWords,
  countWords,
  endWords,
  errorWords,
  failureCount,
  failureWords,
  groupWords,
  nextSteps,
  OUTCOME_EMOJI,
  OUTCOME_WORDS,
  outcomeHeadline,
  runUrlOf,
  shortId,
  taskKind,
  watchCall,
} from '../../messages/words.ts';
import { lineOf, takeFitting } from '../../tasks/safe-text.ts';
import type { Item, Post } from '../channel.ts';
import { paginate } from '../pages.ts';
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
export function renderTeamsPosts<T extends Item>(items: T[]): Post<T>[] {
  const sorted = items.toSorted((one, other) => byUrgency(one.event, other.event));
  if (items.length > DIGEST_ABOVE) return renderDigest(sorted);
  return sorted.map((item) => ({ message: renderTeamsCard(item.event), items: [item] }));
}

/** One end as one card. */
export function renderTeamsCard(notice: Notice): TeamsMessage {
  const { data } = notice;
  const counts = countWords(data.summary);
  const headline = `${OUTCOME_EMOJI[data.outcome]} ${outcomeHeadline(data)}${counts === '' ? '' : `: ${counts}`}`;
  const top = [title(headline), ...factsOf(notice), ...errorBlock(data)];
  const bottom = [...nextBlock(data), smallPrint(data)];
  const buttons = [...openUrl(data.result_url, 'Open the result'), ...openUrl(runUrlOf(data.context), 'CI run')];
  const room = MESSAGE_BUDGET - cost(toMessage([...top, ...bottom], buttons));
  return toMessage([...top, ...failureBlocks(data, room), ...bottom], buttons);
}

function title(text: string): RichTextBlock {
  return block([run(lineOf(text, HEADLINE_MAX), { size: 'large', weight: 'bolder' })]);
}

function factsOf(notice: Notice): RichTextBlock[] {
  const { data } = notice;
  const end = endWords(notice);
  const facts: [string, string | undefined][] = [
    ['Label', data.label],
    ['Gateway', data.instance_id],
    ['Group', groupWords(data)],
    ['File', data.summary.file_name],
    ['Profile', data.profile],
    [end.name, `${end.value}, ${end.seen}`],
  ];
  return facts.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [block([run(`${name}: `, { weight: 'bolder' }), run(lineOf(value, VALUE_MAX))], { spacing: 'none' })],
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

function smallPrint(data: TaskEventData): RichTextBlock {
  const request = data.error?.request_id ? [`Request ${lineOf(data.error.request_id, 80)}`] : [];
  const parts = [`Task ${data.task_id}`, `Project ${data.project_id}`, ...request, ...contextWords(data)];
  return block([run(parts.join('  ·  '), { size: 'small', isSubtle: true })], { spacing: 'medium' });
}

function renderDigest<T extends Item>(items: T[]): Post<T>[] {
  const lines: { text: RichTextBlock; item: T }[] = items.map((item) => ({ text: digestLine(item.event.data), item }));
  const pages = paginate(lines, { sizeOf: ({ text }) => cost(text), maxSize: MESSAGE_BUDGET - FRAME });
  const outcomes = items.map(({ event }) => event.data.outcome);
  const headline = `${OUTCOME_EMOJI[outcomes[0] ?? 'succeeded']} ${outcomes.length} APIG tasks ended: ${outcomeCounts(outcomes)}`;
  return pages.map((page, index) => {
    const part = pages.length > 1 ? ` (${index + 1} of ${pages.length})` : '';
    return {
      message: composePage(
        headline + part,
        page.shown.map(({ text }) => text),
        page.omitted.length,
      ),
      items: [...page.shown, ...page.omitted].map(({ item }) => item),
    };
  });
}

function composePage(headline: string, lines: RichTextBlock[], omitted: number): TeamsMessage {
  const rest = omitted === 0 ? [] : [block([run(`…and ${omitted} more that succeeded`)], { spacing: 'none' })];
  return toMessage([title(headline), ...lines, ...rest]);
}

/** One task in a list: its kind, outcome and label, a link to its result, and the first reason if it did not succeed. */
function digestLine(data: TaskEventData): RichTextBlock {
  const back = data.first_success ? ', back to normal' : '';
  const counts = countWords(data.summary);
  const reason = reasonOf(data);
  return block(
    [
      run(`${OUTCOME_EMOJI[data.outcome]} ${taskKind(data)} ${OUTCOME_WORDS[data.outcome]}${back}  `, {
        weight: 'bolder',
      }),
      ...(data.label ? [run(`${lineOf(data.label, 60)}  `)] : []),
      linked(shortId(data.task_id), data.result_url) ?? run(data.task_id),
      ...[linked('CI run', runUrlOf(data.context))].flatMap((link) => (link ? [run('  '), link] : [])),
      ...(counts === '' ? [] : [run(`  ${lineOf(counts, 120)}`)]),
      ...(reason === '' ? [] : [run(`  ${reason}`, { isSubtle: true })]),
    ],
    { spacing: 'none' },
  );
}

function linked(text: string, url: string | undefined): TextRun | undefined {
  const [selectAction] = openUrl(url);
  return selectAction === undefined ? undefined : run(text, { selectAction });
}

function reasonOf({ outcome, failures = [], error }: TaskEventData): string {
  const [first] = failures;
  if (outcome === 'succeeded') return '';
  if (first === undefined) return error ? errorWords(error, REASON_MAX) : '';
  const { api, reason } = failureWords(first, REASON_MAX);
  return lineOf(`${api} ${reason}`, REASON_MAX);
}
