import * as z from 'zod/mini';
import { chatHeadline, factsOf, linksOf, smallFactsOf } from '../../messages/alert.ts';
import { byUrgency, DIGEST_ABOVE } from '../../messages/digest.ts';
import type { EventFailure, Notice, TaskEventData } from '../../messages/task-event.ts';
import { failureCount, failureWords, groupWords, needsAttention, nextSteps, watchCall } from '../../messages/words.ts';
import type { Clock } from '../../tasks/ports.ts';
import { lineOf, takeFitting } from '../../tasks/safe-text.ts';
import type { Answer, NamedChannel } from '../channel.ts';
import { judgeRefusal, type PostLimits, postToService, serviceUrl } from '../http-post.ts';
import type { ChatPost, Shown } from '../pages.ts';
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
  reasonLine,
  SECTION_BUDGET,
  type SlackBlock,
  type SlackMessage,
  section,
} from './blocks.ts';
import { renderSlackDigest } from './digest.ts';

/** Slack accepts one message a second from a webhook, with short bursts. */
const PACE_MS = 1_000;
/** Slack answers with one word such as `no_service`; anything longer is not Slack's, and not for a log. */
const SLACK_WORD = /^[a-z][a-z_]{2,60}$/;
/** Nothing to show: a live webhook refuses it with 400, and no message appears. */
const EMPTY_MESSAGE = { text: '', blocks: [] };

/** A channel's entry in the secret: the URL of an incoming webhook. It is a secret. */
export const slackEntry = z.strictObject({ type: z.literal('slack'), url: serviceUrl });

export type SlackChannelOptions = { name: string; url: string; clock: Pick<Clock, 'now'> };

/** An incoming webhook: a message each for a few events, a digest for many. */
export function createSlackChannel({ name, url, clock }: SlackChannelOptions): NamedChannel {
  return {
    kind: 'slack',
    name,
    title: `Slack channel ${name}`,
    paceMs: PACE_MS,
    render: renderSlackPosts,
    post: (message, timeoutMs) => postToSlack(url, message as SlackMessage, { clock, timeoutMs }),
    probe: async (timeoutMs) =>
      judgeRefusal(await postToSlack(url, EMPTY_MESSAGE, { clock, timeoutMs }), {
        service: 'Slack',
        fix: 'create a new webhook in Slack and put its URL in the channels secret',
      }),
    repair: {
      gone: 'The channel or its webhook no longer exists. Create a new webhook and put its URL in the channels secret.',
      refused:
        'Slack rejected the message itself. That is a bug in the notifier; please report it, and install the fix.',
    },
  };
}

/** The messages to one channel for a batch: one each for a few events, a digest for more than `DIGEST_ABOVE`. */
export function renderSlackPosts<T extends Shown>(items: T[]): ChatPost<T, SlackMessage>[] {
  const sorted = items.toSorted((one, other) => byUrgency(one.event, other.event));
  if (items.length > DIGEST_ABOVE) return renderSlackDigest(sorted);
  return sorted.map((item) => ({ message: renderSlackMessage(item.event, item.mention), items: [item] }));
}

/** Posts one message; `reason` of a refusal is Slack's own short word. Never throws for what the network or Slack does. */
export function postToSlack(url: string, message: SlackMessage, limits: PostLimits): Promise<Answer> {
  const wordOf = (answer: string) => (SLACK_WORD.test(answer.trim()) ? answer.trim() : '');
  return postToService({ url, body: message, wordOf }, limits);
}

const ID_MAX = 80;
const PAIR_MAX = 120;
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
