import { wrongUsage } from './exit.ts';
import { Interrupted } from './io.ts';

export type Request = {
  method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  path: string;
  /** Sent as JSON, or as a form. */
  body?: object | FormData;
  idempotencyKey?: string;
  /** Keeps the answer's bytes, and follows a redirect to where the file is stored; the key is not sent there. */
  isDownload?: boolean;
};

/** A whole answer: its body has arrived to the end. */
export type Answer = { status: number; headers: Headers; body: Buffer; json: unknown };

/** `broken` stands for everything that is not an answer of this service; `reason` is the end of a sentence. */
export type Attempt = { kind: 'answer'; answer: Answer } | { kind: 'broken'; reason: string };

export type Target = { url: string; key: string };

const USER_AGENT = 'apig-tasks';

/** Sends one request, once. Throws `Interrupted`, or `Stop` for a port that can never be asked. */
export async function attempt(target: Target, request: Request, limits: Limits): Promise<Attempt> {
  const { timeoutMs, signal } = limits;
  // A timer of our own, because one of `AbortSignal.timeout` would not be kept by Node 20 until it is due.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const response = await fetch(`${target.url}${request.path}`, {
      ...toInit(target, request),
      signal: AbortSignal.any([controller.signal, signal]),
    });
    return read(response, Buffer.from(await response.arrayBuffer()), request);
  } catch (error) {
    if (signal.aborted) throw new Interrupted();
    if (controller.signal.aborted)
      return { kind: 'broken', reason: `no answer within ${Math.round(timeoutMs / 1_000)} s` };
    if (isForbiddenPort(error)) throw wrongUsage(forbiddenPort(target.url));
    return { kind: 'broken', reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

export type Limits = { timeoutMs: number; signal: AbortSignal };

function toInit({ key }: Target, { method, body, idempotencyKey, isDownload = false }: Request): RequestInit {
  const isForm = body instanceof FormData;
  return {
    method,
    redirect: isDownload ? 'follow' : 'manual',
    headers: {
      authorization: `Bearer ${key}`,
      'user-agent': USER_AGENT,
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  };
}

/** A success that is not JSON comes from something in between, such as a proxy's page. */
function read({ status, headers }: Response, body: Buffer, { isDownload }: Request): Attempt {
  const json = parseJson(body);
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && !isDownload && status !== 204 && json === undefined) {
    return { kind: 'broken', reason: `status ${status} with a body that is not JSON` };
  }
  return { kind: 'answer', answer: { status, headers, body, json } };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** `fetch` refuses the ports of other protocols, such as 6000, without sending anything. */
const isForbiddenPort = (error: unknown): boolean =>
  ((error as Error).cause as Error | undefined)?.message === 'bad port';

function forbiddenPort(url: string): string {
  return `Node and browsers send nothing to ${url}, because its port belongs to another protocol: let the service listen on another one.`;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'connection closed before the answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'connection closed before the answer was complete',
};

/** `fetch` hides the system's error in `cause`, and that in a list if a host has several addresses. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { code, message } = (first ?? error) as { code?: string; message?: string };
  return REASONS[code ?? ''] ?? [code, message].filter(Boolean).join(': ');
}
