import * as z from 'zod/mini';
import { isLoopbackHost } from '../../names.ts';
import type { Clock } from '../../tasks/ports.ts';
import { parseRetryAfter } from '../../tasks/retry-after.ts';
import type { Answer, Health, NamedChannel } from '../channel.ts';
import type { SlackMessage } from './blocks.ts';
import { renderSlackPosts } from './digest.ts';

/** Slack accepts one message a second from a webhook, with short bursts. */
const PACE_MS = 1_000;
const DEFAULT_RETRY_AFTER_MS = 1_000;
/** Slack answers with one word such as `no_service`; anything longer is not Slack's, and not for a log. */
const SLACK_WORD = /^[a-z][a-z_]{2,60}$/;
const MAX_ANSWER_UNITS = 1_024;
/** Nothing to show: a live webhook refuses it with 400, and no message appears. */
const EMPTY_MESSAGE = { text: '', blocks: [] };

/** A channel's entry in the secret: the URL of an incoming webhook. It is a secret. */
export const slackEntry = z
  .string()
  .check(z.refine(isWebhookUrl, { error: 'must be an https URL (http only to a loopback address)' }));

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
    probe: async (timeoutMs) => judge(await postToSlack(url, EMPTY_MESSAGE, { clock, timeoutMs })),
    repair: {
      gone: 'The channel or its webhook no longer exists. Create a new webhook and put its URL in the Slack secret.',
      refused:
        'Slack rejected the message itself. That is a bug in the notifier; please report it, and install the fix.',
    },
  };
}

/**
 * Posts over the built-in `fetch`. Redirects are errors: a webhook URL is a secret and goes to its host alone. `reason`
 * is Slack's own short word. Never throws for what the network or Slack does.
 */
export async function postToSlack(
  url: string,
  message: SlackMessage,
  { clock, timeoutMs }: { clock: Pick<Clock, 'now'>; timeoutMs: number },
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(Math.max(1, timeoutMs)),
    });
    return classify(response, await readWord(response), clock.now());
  } catch (error) {
    return { kind: 'unavailable', reason: nameFailure(error) };
  }
}

function classify({ status, headers }: Response, word: string, nowMs: number): Answer {
  const reason = word === '' ? `HTTP ${status}` : `HTTP ${status} ${word}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', httpStatus: status };
  if (status === 429) {
    const askedMs = parseRetryAfter(headers.get('retry-after') ?? undefined, nowMs);
    return { kind: 'unavailable', reason: 'throttled', retryAfterMs: askedMs ?? DEFAULT_RETRY_AFTER_MS };
  }
  if (status === 408 || status >= 500) return { kind: 'unavailable', reason };
  return { kind: status === 400 ? 'refused' : 'gone', httpStatus: status, reason };
}

// The body is read so that the connection can be used again; never more than a little of it. A body that breaks off
// changes nothing: the status is the answer, and posting once more would be a second message.
async function readWord(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_ANSWER_UNITS) break;
    }
  } catch {
    return '';
  }
  return SLACK_WORD.test(text.trim()) ? text.trim() : '';
}

// The error's message may hold the URL, so only its code or name is passed on.
function nameFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'network error';
  if (error.name === 'TimeoutError') return 'timed out';
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `network error ${code}` : 'network error';
}

/** Judges the answer to an empty message. */
function judge(answer: Answer): Health {
  switch (answer.kind) {
    case 'refused':
      return { level: 'ok', message: `alive (refused an empty message: ${answer.reason})` };
    case 'gone':
      return {
        level: 'fail',
        message: `dead: ${answer.reason}`,
        fix: 'create a new webhook in Slack and put its URL in the Slack secret',
      };
    case 'unavailable':
      if (answer.retryAfterMs !== undefined) return { level: 'ok', message: 'alive (asks for a slower pace)' };
      return {
        level: 'fail',
        message: `does not answer: ${answer.reason}`,
        fix: 'check the network from here and Slack’s status page',
      };
    case 'delivered':
      return {
        level: 'warn',
        message: 'accepted an empty message, which Slack never does',
        fix: 'check that the URL is a Slack webhook',
      };
  }
}

function isWebhookUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}
