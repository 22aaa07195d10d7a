import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import type { ApiEvent, ApiResponse } from '../functions/http/api-event.ts';
import { MAX_FORM_BYTES } from '../functions/http/form-body.ts';
import { HttpProblem, problemResponse } from '../functions/http/problem.ts';
import { MAX_BODY_BYTES } from '../functions/http/read-request.ts';
import { answerBrokenRequest, sendResponse } from './http-answer.ts';

/** What AWS would call; the context it is given here is empty. */
type EventHandler = (event: ApiEvent, context: Context) => Promise<ApiResponse>;

/** Where to listen, and how long a client may take (milliseconds). Port 0 picks a free one. */
export type HttpServerOptions = {
  handler: EventHandler;
  host: string;
  port: number;
  /** Whether whoever sends this `Authorization` may fill memory with an import. Default: everybody. */
  mayImport?: (authorization: string | undefined) => Promise<boolean>;
  /** For the whole request, its body included. Default 60000: an import may be large. */
  requestTimeoutMs?: number;
  /** How long a client may pause within a body before its connection is cut, without an answer. Default 5000. */
  silenceMs?: number;
  /** For requests in flight when `close` is called; then they are cut off. Default 3000. */
  closeGraceMs?: number;
};

/** A server that accepts requests. */
export type HttpServer = {
  url: string;
  /** Stops accepting, lets requests in flight end, and resolves when the port is free. */
  close(): Promise<void>;
};

/** Puts the handler behind node:http as API Gateway would: requests become payload 2.0 events. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, requestTimeoutMs = 60_000, closeGraceMs = 3_000 } = options;
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, 10_000),
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 1_000),
    },
    (request, response) => {
      // A connection that its client keeps alive would hold up `close` after its last answer.
      response.once('close', () => server.listening || server.closeIdleConnections());
      void serve(options, request, response);
    },
  );
  server.on('clientError', answerBrokenRequest);
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const hostPart = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${hostPart}:${address.port}`, close: () => close(server, closeGraceMs) };
}

type Serving = Pick<HttpServerOptions, 'handler' | 'mayImport' | 'silenceMs'>;

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await sendResponse(response, await answerTo(serving, request));
  } catch {
    // The client went away while it sent or read: nobody is left to answer.
    response.destroy();
  }
}

async function answerTo(serving: Serving, request: IncomingMessage): Promise<ApiResponse> {
  const { handler, mayImport, silenceMs = 5_000 } = serving;
  const limit = bodyLimitOf(request);
  const answer = async () => {
    const body = await readBody(request, limit, silenceMs);
    return body === undefined ? tooLarge(limit) : await handler(toEvent(request, body), {} as Context);
  };
  if (limit === MAX_BODY_BYTES) return answer();
  if (mayImport === undefined || (await mayImport(request.headers.authorization))) return inTurn(answer);
  // A stranger would hold up the others by sending slowly. What refuses him reads no body.
  await readBody(request, 0, silenceMs);
  return handler(toEvent(request, Buffer.alloc(0)), {} as Context);
}

/** Imported files are held in memory, in several forms: the next client waits with sending. */
const inTurn = pLimit(2);

function bodyLimitOf({ method, url }: IncomingMessage): number {
  return method === 'POST' && splitTarget(url ?? '/').path === '/imports' ? MAX_FORM_BYTES : MAX_BODY_BYTES;
}

/**
 * Undefined when it is longer than the API takes. The rest is read all the same, and dropped: a client that is still
 * sending when the connection closes would see a reset instead of the answer. `requestTimeoutMs` bounds it.
 */
async function readBody(request: IncomingMessage, limit: number, silenceMs: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const silence = setTimeout(() => request.destroy(), silenceMs);
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      silence.refresh();
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
    }
  } finally {
    clearTimeout(silence);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}

function tooLarge(limit: number): ApiResponse {
  return problemResponse(new HttpProblem(413, `Send at most ${limit} bytes.`));
}

/** Bodies travel as base64, so that no byte is lost before the API judges them. */
function toEvent(request: IncomingMessage, body: Buffer): ApiEvent {
  const { path, query } = splitTarget(request.url ?? '/');
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    requestContext: { http: { method: request.method ?? 'GET', path } },
    ...(body.length === 0 ? {} : { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
}

/** A request target is a path, or (from proxies) a whole URL, or `*`. */
function splitTarget(target: string): { path: string; query: string } {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const at = local.indexOf('?');
  const path = at < 0 ? local : local.slice(0, at);
  return { path: path.startsWith('/') ? path : `/${path}`, query: at < 0 ? '' : local.slice(at + 1) };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server, graceMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
