import { chatHeadline, factsOf, linksOf, smallFactsOf } from '../../messages/alert.ts';
import type { EventFailure, Notice, TaskEventData } from '../../messages/task-event.ts';

import { failureCount, failureWords, groupWords, needsAttention, nextSteps, watchCall } from '../../messages/words.ts';

import { lineOf, takeFitting } from '../../tasks/safe-text.ts';
import {
  code,
  context,
  cost,
  escapeSlack,
  fallback,
  fieldsSection,
  header,
  linkButtons,
  MESSAGE_BUDGET,
  plain,
  SECTION_BUDGET,
  type SlackBlock,
  type SlackMessage,
  section,
} from './blocks.ts';

const ID_MAX = 80;
const PAIR_MAX = 120;
const REASON_MAX = 280;
const API_MAX = 160;
const ERROR_MAX = 600;
/** Longer calls are not shown, because a call that is cut is useless. */
const HELP_MAX = 700;
const CALL_MAX = 300;
/** How many failed APIs one message lists; the button leads to the rest. */
const FAILURES_SHOWN = 10;
/** Room for `…and 123456 more` and the JSON around a section. */
const SECTION_OVERHEAD = 160;

/** One end as one message. `mention` is Slack's own syntax (`<!here>`) and is sent only with what did not succeed. */
export function renderSlackMessage(notice: Notice, mention?: string): SlackMessage {
  const { data } = notice;
  const { sign, words } = chatHeadline(notice);
  const top = [
    header(`${sign} ${words}`),
    fieldsSection(factsOf(notice), needsAttention(data) ? mention : undefined),
    ...errorSection(data),
  ];
  const bottom = [...nextSection(data), ...linkButtons(linksOf(data)), contextOf(notice)];
  const text = fallback(fallbackText(words, data));
  const room = MESSAGE_BUDGET - cost({ text, blocks: [...top, ...bottom] }) - SECTION_OVERHEAD;
  return { text, blocks: [...top, ...failureSection(data, room), ...bottom] };
}

function fallbackText(headline: string, data: TaskEventData): string {
  const words = groupWords(data, true);
  const group = words === undefined ? '' : ` (group ${words})`;
  const label = data.label ? ` – ${data.label}` : '';
  return `${headline}${group}${label}`;
}

/** `` `APIG.3093` The task does not exist ``. */
function errorSection({ error }: TaskEventData): SlackBlock[] {
  return error ? [section(`*Why*\n${`${code(error.code, 60)} ${plain(error.message, ERROR_MAX - 60)}`.trim()}`)] : [];
}

/** `` `POST /pets` APIG.2011: Parameter error ``, escaped. `api` is `''` for a reason of the whole task. */
export function reasonLine(api: string, why: string): string {
  return `${api === '' ? '' : `${code(api, API_MAX)} `}${plain(why, REASON_MAX)}`;
}

function failureLine(failure: EventFailure): string {
  const { api, reason } = failureWords(failure);
  return reasonLine(api, reason);
}

/** The first failures that fit into `room`, and how many there are besides. */
function failureSection(data: TaskEventData, room: number): SlackBlock[] {
  const failures = data.failures ?? [];
  if (failures.length === 0) return [];
  const lines = takeLines(
    failures.slice(0, FAILURES_SHOWN).map((failure) => `• ${failureLine(failure)}`),
    room,
  );
  const total = failureCount(data);
  const more = total - lines.length;
  const title = lines.length === total ? '*What failed*' : `*What failed* (first ${lines.length} of ${total})`;
  return [section([title, ...lines, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n'))];
}

/** The leading lines that one section and `room` (units of JSON) can hold. */
function takeLines(lines: string[], room: number): string[] {
  const short = takeFitting(lines, {
    sizeOf: (line) => line.length + 1,
    maxSize: SECTION_BUDGET - SECTION_OVERHEAD,
  });
  return takeFitting(short, { sizeOf: (line) => cost(line), maxSize: room });
}

/** What to do, when there is something. A call that does not fit is on the result's page. */
function nextSection(data: TaskEventData): SlackBlock[] {
  const call = watchCall(data.result_url);
  const { outcome, help } = data;
  const advice = help === undefined ? {} : { help: escapeSlack(lineOf(help, HELP_MAX)) };
  const steps = nextSteps({ outcome, ...advice }, call.length > CALL_MAX ? undefined : code(call, CALL_MAX * 2));
  return steps.length > 0 ? [section(`*Next*\n${steps.join('\n')}`)] : [];
}

function contextOf(notice: Notice): SlackBlock {
  const { facts, pairs } = smallFactsOf(notice);
  return context([
    ...facts.map(({ name, value }) => `${name} ${code(value, ID_MAX)}`),
    ...pairs.map((pair) => plain(pair, PAIR_MAX)),
  ]);
}
