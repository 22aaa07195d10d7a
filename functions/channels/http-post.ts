import * as z from 'zod/mini';
import { isLoopbackHost } from '../names.ts';
import type { Clock } from '../tasks/ports.ts';
import { parseRetryAfter } from '../tasks/retry-after.ts';
import type { Answer, Health } from './channel.ts';

const MAX_ANSWER_UNITS = 4_096;
const DEFAULT_RETRY_AFTER_MS = 1_000;
/** The address or key is wrong, or what it led to no longer exists. Every other 4xx is about the message. */
const GONE = [401, 403, 404, 410];

/** An https address of a service; plain http to this machine is for tests. The address is a secret. */
export const serviceUrl = z
  .string()
  .check(z.refine(isServiceUrl, { error: 'must be an https URL (http only to a loopback address)' }));

export type ServicePost = {
  url: string;
  body: unknown;
  /** The service's own word in its answer, safe for a log; `''` where there is none. */
  wordOf: (answer: string) => string;
  /** Whether a refusal with another status than those of `GONE` means the receiver and not the message. */
  isGone?: (answer: string) => boolean;
};

export type PostLimits = { clock: Pick<Clock, 'now'>; timeoutMs: number };

/**
 * Posts JSON to a service over the built-in `fetch`, and sorts its answer. Redirects are errors: the address or the body
 * holds a secret, which goes to that host alone. Never throws for what the network or the service does.
 */
export async function postToService(post: ServicePost, { clock, timeoutMs }: PostLimits): Promise<Answer> {
  try {
    const response = await fetch(post.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(post.body),
      redirect: 'error',
      signal: AbortSignal.timeout(Math.max(1, timeoutMs)),
    });
    return classify(post, response, { answer: await readAnswer(response), nowMs: clock.now() });
  } catch (error) {
    return { kind: 'unavailable', reason: nameFailure(error) };
  }
}

function classify(
  post: ServicePost,
  { status, headers }: Response,
  { answer, nowMs }: { answer: string; nowMs: number },
): Answer {
  if (status >= 200 && status < 300) return { kind: 'delivered', httpStatus: status };
  if (status === 429) {
    const askedMs = parseRetryAfter(headers.get('retry-after') ?? undefined, nowMs);
    return {
      kind: 'unavailable',
      reason: 'throttled',
      retryAfterMs: askedMs ?? DEFAULT_RETRY_AFTER_MS,
    };
  }
  const word = post.wordOf(answer);
  const reason = word === '' ? `HTTP ${status}` : `HTTP ${status} ${word}`;
  if (status === 408 || status >= 500) return { kind: 'unavailable', reason };
  const isGone = GONE.includes(status) || post.isGone?.(answer) === true;
  return { kind: isGone ? 'gone' : 'refused', httpStatus: status, reason };
}

// The body is read so that the connection can be used again; never more than a little of it. A body that breaks off
// changes nothing: the status is the answer, and posting once more would be a second message.
async function readAnswer(response: Response): Promise<string> {
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
  return text;
}

// The error's message may hold the URL, so only its code or name is passed on.
function nameFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'network error';
  if (error.name === 'TimeoutError') return 'timed out';
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `network error ${code}` : 'network error';
}

/** What the doctor says of the answer to a message that the service must refuse; `service` and `fix` are for people. */
export function judgeRefusal(answer: Answer, { service, fix }: { service: string; fix: string }): Health {
  switch (answer.kind) {
    case 'refused':
      return { level: 'ok', message: `alive (refused an empty message: ${answer.reason})` };
    case 'gone':
      return { level: 'fail', message: `dead: ${answer.reason}`, fix };
    case 'unavailable':
      if (answer.retryAfterMs !== undefined) return { level: 'ok', message: 'alive (asks for a slower pace)' };
      return {
        level: 'fail',
        message: `does not answer: ${answer.reason}`,
        fix: `check the network from here and ${service}’s status page`,
      };
    case 'delivered':
      return {
        level: 'warn',
        message: `accepted an empty message, which ${service} never does`,
        fix: `check that the address is one of ${service}`,
      };
  }
}

function isServiceUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}
