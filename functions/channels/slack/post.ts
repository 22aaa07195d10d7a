import type { Clock } from '../../tasks/ports.ts';
import { parseRetryAfter } from '../../tasks/retry-after.ts';
import type { SlackMessage } from './slack-blocks.ts';
import type { SlackAnswer, SlackWebhook } from './slack-webhook.ts';

const DEFAULT_RETRY_AFTER_MS = 1_000;
/** Slack answers with one word such as `no_service`; anything longer is not Slack's, and not for a log. */
const SLACK_WORD = /^[a-z][a-z_]{2,60}$/;
const MAX_ANSWER_UNITS = 1_024;

type Fetch = typeof globalThis.fetch;

/** Incoming webhooks over the built-in `fetch`. Redirects are errors: a webhook URL is a secret and goes to its host alone. */
export function createSlackWebhook({
  clock,
  fetch = globalThis.fetch,
}: {
  clock: Pick<Clock, 'now'>;
  fetch?: Fetch;
}): SlackWebhook {
  return {
    async post(url: string, message: SlackMessage, timeoutMs: number): Promise<SlackAnswer> {
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
    },
  };
}

function classify({ status, headers }: Response, word: string, nowMs: number): SlackAnswer {
  const reason = word === '' ? `HTTP ${status}` : `HTTP ${status} ${word}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', httpStatus: status };
  if (status === 429) {
    const askedMs = parseRetryAfter(headers.get('retry-after') ?? undefined, nowMs);
    return { kind: 'throttled', retryAfterMs: askedMs ?? DEFAULT_RETRY_AFTER_MS };
  }
  if (status === 408 || status >= 500) return { kind: 'unavailable', reason };
  return { kind: status === 400 ? 'refused' : 'gone', httpStatus: status, reason };
}

// The body is read whatever it says, so that the connection can be used again; never more than a little of it. That it
// breaks off changes nothing: the status has told the end, and posting once more would be a second message.
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
