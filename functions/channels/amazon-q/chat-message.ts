import { type AlertOptions, alertHeadline } from '../../messages/alert-text.ts';
import { DIGEST_ABOVE, digestHeadline } from '../../messages/digest.ts';
import { nextSteps, watchCall } from '../../messages/next-steps.ts';
import {
  errorOf,
  errorWords,
  failureCount,
  failuresOf,
  failureWords,
  needsAttention,
  resultUrl,
  shortId,
  taskKind,
  tookWords,
} from '../../messages/outcome-words.ts';
import { pack } from '../../messages/pack.ts';
import { eventId, type TaskResult } from '../../tasks/result.ts';
import { lineOf } from '../../tasks/safe-text.ts';

/** Our own bounds, in UTF-16 units: well inside what a chat message shows, for a message that breaks a limit is silently dropped. */
const MAX_TITLE_UNITS = 200;
const MAX_DESCRIPTION_UNITS = 2_800;
const MAX_LISTED_FAILURES = 5;

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

/** A chat message and whom it tells about. */
export type ChatNote = { message: ChatMessage; taskIds: string[] };

/** The chat messages of one publishing round: one a result up to five, else compact lists, what did not succeed first. */
export function composeChat(results: readonly TaskResult[], options: AlertOptions = {}): ChatNote[] {
  if (results.length > DIGEST_ABOVE) return composeChatDigest(results, options);
  return results.map((result) => ({ message: toChatMessage(result, options), taskIds: [result.taskId] }));
}

/** One result as a chat message; its thread is the task. */
export function toChatMessage(result: TaskResult, { publicUrl }: AlertOptions = {}): ChatMessage {
  const url = resultUrl(result.taskId, publicUrl);
  const steps = nextSteps(result.outcome, watchCall(url));
  return {
    version: '1.0',
    source: 'custom',
    id: eventId(result),
    content: {
      textType: 'client-markdown',
      title: `${mark(result)} ${neutral(alertHeadline(result), MAX_TITLE_UNITS - 4)}`,
      description: describe(result, publicUrl),
      ...(steps.length > 0 ? { nextSteps: [...steps, publicUrl ? `Open ${url}` : `Read GET ${url}`] } : {}),
      keywords: [taskKind(result), result.outcome, ...(result.label ? [neutral(result.label, 50)] : [])].filter(
        Boolean,
      ),
    },
    metadata: {
      threadId: result.taskId,
      summary: neutral(alertHeadline(result), MAX_TITLE_UNITS),
      eventType: `apig.task.${result.outcome}`,
      relatedResources: relatedResources(result),
      additionalContext: {
        task_id: result.taskId,
        instance_id: result.instanceId,
        profile: neutral(result.profile, 64) || '-',
      },
    },
  };
}

function describe(result: TaskResult, publicUrl: string | undefined): string {
  const error = errorOf(result);
  const url = resultUrl(result.taskId, publicUrl);
  const failures = failuresOf(result).slice(0, MAX_LISTED_FAILURES);
  const rest = failureCount(result) - failures.length;
  const lines = [
    ...(result.label ? [`*Label:* ${neutral(result.label, 100)}`] : []),
    `*Gateway:* ${result.instanceId}`,
    `*Took:* ${tookWords(result)}`,
    ...(error ? [`*Error:* ${neutral(errorWords(error), 300)}`] : []),
    ...failures.map(failureLine),
    ...(rest > 0 ? [`and ${rest} more failed APIs`] : []),
    ...(publicUrl ? [`*Result:* ${url}`] : []),
  ];
  return lines.join('\n');
}

function failureLine(failure: Parameters<typeof failureWords>[0]): string {
  const { api, reason } = failureWords(failure);
  return `• \`${neutral(api, 120)}\` ${neutral(reason, 250)}`;
}

function composeChatDigest(results: readonly TaskResult[], options: AlertOptions): ChatNote[] {
  const sorted = [...results.filter(needsAttention), ...results.filter((result) => !needsAttention(result))];
  const lines = sorted.map((result) => ({ taskId: result.taskId, line: digestLine(result, options) }));
  const packs = pack(lines, { sizeOf: ({ line }) => line.length + 1, maxSize: MAX_DESCRIPTION_UNITS });
  const headline = digestHeadline(results);
  const eventType = results.some(needsAttention) ? 'apig.tasks.digest.attention' : 'apig.tasks.digest';
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
      metadata: { summary: headline, eventType },
    },
  }));
}

function digestLine(result: TaskResult, { publicUrl }: AlertOptions): string {
  const label = result.label ? ` (${neutral(result.label, 60)})` : '';
  const where = publicUrl ? resultUrl(result.taskId, publicUrl) : `task ${shortId(result.taskId)}`;
  return `${mark(result)} ${neutral(alertHeadline(result), 180)}${label} ${where}`;
}

function relatedResources(result: TaskResult): string[] {
  const { group_id: groupId } = result.summary;
  const group = groupId ? [`APIG group ${neutral(groupId, 64)}`] : [];
  return [`APIG gateway ${result.instanceId}`, ...group, `APIG task ${result.taskId}`];
}

function mark({ outcome }: TaskResult): string {
  if (outcome === 'succeeded') return '✅';
  return outcome === 'partially_succeeded' ? '⚠️' : '❌';
}

/** Somebody else's words without the characters that Slack or Teams read as markup, links or mentions. */
function neutral(text: string, maxUnits: number): string {
  return lineOf(text, maxUnits).replace(/[<>`*~@]/g, (character) => NEUTRAL[character] ?? ' ');
}

const NEUTRAL: Record<string, string> = { '<': '‹', '>': '›', '`': "'", '*': '∗', '~': '∼', '@': '＠' };
