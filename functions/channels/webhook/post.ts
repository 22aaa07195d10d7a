import type { LookupAddress } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../tasks/ports.ts';
import { parseRetryAfter } from '../../tasks/retry-after.ts';
import type { Answer } from '../channel.ts';
import { type Resolve, resolveHost, resolveTarget, type Target } from './target.ts';

/** What is read of an answer, for courtesy, before the connection is closed on it. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** One signed POST. `body` is sent byte for byte, as UTF-8. */
export type WebhookRequest = { url: string; headers: Record<string, string>; body: string };

export type PostOptions = {
  clock: Pick<Clock, 'now'>;
  /** Loopback addresses, and plain http to them, are allowed: on one machine, or in tests. */
  allowLoopback: boolean;
  /** For look-up, connection and answer together. */
  timeoutMs: number;
  resolve?: Resolve;
};

/**
 * POSTs over Node's own client, on its own connection to exactly the addresses that were checked. It follows no redirect
 * and uses no proxy. `reason` is an HTTP status, a system's error code, or a rule of ours. Never throws.
 */
export async function postToWebhook(request: WebhookRequest, options: PostOptions): Promise<Answer> {
  const { clock, allowLoopback, timeoutMs, resolve = resolveHost } = options;
  const signal = AbortSignal.timeout(Math.max(1, timeoutMs));
  try {
    const target = await Promise.race([resolveTarget(request.url, { resolve, allowLoopback }), rejectAtAbort(signal)]);
    if (!target.ok) return { kind: 'refused', reason: target.reason };
    const response = await send(target, request, signal);
    await drain(response);
    return classify(response, clock.now());
  } catch (error) {
    return { kind: 'unavailable', reason: signal.aborted ? 'timed out' : nameFailure(error) };
  }
}

type Found = Extract<Target, { ok: true }>;

function send({ url, addresses }: Found, { headers, body }: WebhookRequest, signal: AbortSignal) {
  const bytes = Buffer.from(body, 'utf8');
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': bytes.length },
    // A new agent, so that no connection is shared or goes to an address that the host no longer has.
    agent: false,
    lookup: pinnedTo(addresses),
    signal,
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    request.on('response', resolve).on('error', reject).end(bytes);
  });
}

/** Answers every look-up of the connection with the addresses that were checked. */
function pinnedTo(addresses: LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all || first === undefined) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
}

// A body that breaks off or takes too long changes nothing: the status is the answer.
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_ANSWER_BYTES) return;
    }
  } catch {
    return;
  }
}

function classify({ statusCode: httpStatus = 0, headers }: IncomingMessage, nowMs: number): Answer {
  if (httpStatus >= 200 && httpStatus < 300) return { kind: 'delivered', httpStatus };
  const reason = `HTTP ${httpStatus}`;
  if (httpStatus === 410) return { kind: 'gone', httpStatus, reason };
  if (httpStatus >= 300 && httpStatus < 400) return { kind: 'refused', httpStatus, reason: `${reason}: no redirects` };
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return { kind: 'unavailable', httpStatus, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function rejectAtAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

// Messages of errors may name the URL, so only the code is passed on.
function nameFailure(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? `network error ${code}` : 'network error';
}
