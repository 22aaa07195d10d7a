import { alertHeadline, factsOf } from '../../messages/alert.ts';
import { type Composed, DIGEST_ABOVE, digestHeadline } from '../../messages/digest.ts';
import {
  type EventFailure,
  type Notice,
  type TaskEventData,
  type TaskEventOptions,
  toNotice,
} from '../../messages/task-event.ts';

import {
  errorWords,
  failureCount,
  failureWords,
  groupWords,
  needsAttention,
  nextSteps,
  runUrlOf,
  shortId,
  shownPairs,
  taskKind,
  watchCall,
} from '../../messages/words.ts';
import type { TaskResult } from '../../tasks/result.ts';
import { lineOf, pack } from '../../tasks/safe-text.ts';
import type { SnsMessage } from '../sns.ts';

/** Our own bounds, in UTF-16 units: well below what a chat message shows, because a message that breaks a limit is silently dropped. */
const MAX_TITLE_UNITS = 200;
const MAX_DESCRIPTION_UNITS = 2_800;
const MAX_LISTED_FAILURES = 5;
const MAX_RUN_URL = 300;
/** The format takes 10 members; 3 are the task, its gateway and its profile. */
const MAX_CONTEXT_PAIRS = 7;

/**
 * A custom notification of Amazon Q Developer in chat applications (version 1.0): shown in Slack and Teams.
 * A message of another shape is silently not shown.
 */
export type ChatMessage = {
  version: '1.0';
  source: 'custom';
  id?: string;
  content: {
    textType: 'client-markdown';
    title: string;
    description: string;
    nextSteps?: string[];
    keywords?: string[];
  };
  metadata: {
    /** Messages of one thread stand together: the task id. */
    threadId?: string;
    summary: string;
    eventType: string;
    relatedResources?: string[];
    additionalContext?: Record<string, string>;
  };
};

/** The messages of the topic that Amazon Q Developer in chat applications reads. */
export function composeChatTopic(options: TaskEventOptions) {
  return (results: readonly TaskResult[]): Composed<SnsMessage>[] => {
    const composed = composeChat(results.map((result) => toNotice(result, options)));
    return composed.map(({ message, taskIds }) => ({
      message: { body: JSON.stringify(message), attributes: {} },
      taskIds,
    }));
  };
}

/** The chat messages of one publishing round: one an end up to five, otherwise compact lists, successes last. */
export function composeChat(notices: readonly Notice[]): Composed<ChatMessage>[] {
  if (notices.length > DIGEST_ABOVE) return composeChatDigest(notices);
  return notices.map((notice) => ({ message: toChatMessage(notice), taskIds: [notice.data.task_id] }));
}

const MAX_STEP_UNITS = 300;

/** A step has room for a sentence or two, and there is room for five steps. */
function sentencesOf(steps: string[]): string[] {
  const sentences = steps.flatMap((step) => step.split(/(?<=\.) (?=[A-Z])/));
  return sentences.slice(0, 4).map((sentence) => neutral(sentence, MAX_STEP_UNITS));
}

/** One end as a chat message; its thread is the task. */
export function toChatMessage(notice: Notice): ChatMessage {
  const { data } = notice;
  const { outcome, label, result_url: url } = data;
  const steps = nextSteps(data, watchCall(url));
  return {
    version: '1.0',
    source: 'custom',
    id: notice.id,
    content: {
      textType: 'client-markdown',
      title: `${mark(data)} ${neutral(alertHeadline(notice), MAX_TITLE_UNITS - 4)}`,
      description: describe(notice),
      ...(steps.length > 0
        ? { nextSteps: [...sentencesOf(steps), isAbsolute(url) ? `Open ${url}` : `Read GET ${url}`] }
        : {}),
      keywords: [taskKind(data), outcome, ...(label ? [neutral(label, 50)] : [])].filter(Boolean),
    },
    metadata: {
      threadId: data.task_id,
      summary: neutral(alertHeadline(notice), MAX_TITLE_UNITS),
      eventType: notice.type,
      relatedResources: relatedResources(data),
      additionalContext: {
        task_id: data.task_id,
        instance_id: data.instance_id,
        profile: neutral(data.profile, 64) || '-',
        ...Object.fromEntries(
          shownPairs(data.context)
            .slice(0, MAX_CONTEXT_PAIRS)
            .map(([name, value]) => [`context.${name}`, neutral(value, 120) || '-']),
        ),
      },
    },
  };
}

function isAbsolute(url: string): boolean {
  return !url.startsWith('/');
}

/** Said beside the text, as related resources and context. */
const RELATED = ['Group', 'File', 'Profile'];

function describe(notice: Notice): string {
  const { data } = notice;
  const { error, result_url: url } = data;
  const facts = factsOf(notice).filter(({ name }) => !RELATED.includes(name));
  const run = runUrlOf(data.context);
  const failures = (data.failures ?? []).slice(0, MAX_LISTED_FAILURES);
  const rest = failureCount(data) - failures.length;
  const lines = [
    ...facts.map(({ name, value }) => `*${name}:* ${neutral(value, 100)}`),
    ...(error ? [`*Error:* ${neutral(errorWords(error), 300)}`] : []),
    ...failures.map(failureLine),
    ...(rest > 0 ? [`and ${rest} more failed APIs`] : []),
    ...(isAbsolute(url) ? [`*Result:* ${url}`] : []),
    ...(run === undefined || run.length > MAX_RUN_URL ? [] : [`*CI run:* ${run}`]),
  ];
  return lines.join('\n');
}

function failureLine(failure: EventFailure): string {
  const { api, reason } = failureWords(failure);
  return `• \`${neutral(api, 120)}\` ${neutral(reason, 200)}`;
}

function composeChatDigest(notices: readonly Notice[]): Composed<ChatMessage>[] {
  const sorted = [
    ...notices.filter(({ data }) => needsAttention(data)),
    ...notices.filter(({ data }) => !needsAttention(data)),
  ];
  const lines = sorted.map((notice) => ({ taskId: notice.data.task_id, line: digestLine(notice) }));
  const packs = pack(lines, { sizeOf: ({ line }) => line.length + 1, maxSize: MAX_DESCRIPTION_UNITS });
  const headline = digestHeadline(notices.map(({ data }) => data.outcome));
  const isBad = notices.some(({ data }) => needsAttention(data));
  return packs.map((part, index) => ({
    taskIds: part.map(({ taskId }) => taskId),
    message: {
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: packs.length === 1 ? headline : `${headline} (${index + 1} of ${packs.length})`,
        description: part.map(({ line }) => line).join('\n'),
      },
      metadata: { summary: headline, eventType: isBad ? 'apig.tasks.digest.attention' : 'apig.tasks.digest' },
    },
  }));
}

function digestLine(notice: Notice): string {
  const { label: name, result_url: url, task_id: taskId } = notice.data;
  const label = name ? ` (${neutral(name, 60)})` : '';
  const where = isAbsolute(url) ? url : `task ${shortId(taskId)}`;
  return `${mark(notice.data)} ${neutral(alertHeadline(notice), 180)}${label} ${where}`;
}

function relatedResources(data: TaskEventData): string[] {
  const words = groupWords(data);
  const group = words === undefined ? [] : [`APIG group ${neutral(words, 110)}`];
  return [`APIG gateway ${data.instance_id}`, ...group, `APIG task ${data.task_id}`];
}

function mark({ outcome }: TaskEventData): string {
  if (outcome === 'succeeded') return '✅';
  return outcome === 'partially_succeeded' ? '⚠️' : '❌';
}

/** Foreign text without the characters that Slack or Teams read as markup, links or mentions. */
function neutral(text: string, maxUnits: number): string {
  return lineOf(text, maxUnits).replace(/[<>`*~@]/g, (character) => NEUTRAL[character] ?? ' ');
}

const NEUTRAL: Record<string, string> = { '<': '‹', '>': '›', '`': "'", '*': '∗', '~': '∼', '@': '＠' };
