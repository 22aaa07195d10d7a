import type { IncomingMessage, ServerResponse } from 'node:http';

/** An HTTP answer before it is sent. */
export type Answer = { status: number; body: string; headers?: Record<string, string> };

/** A JSON answer. */
export function json(status: number, value: unknown, headers?: Record<string, string>): Answer {
  return { status, body: JSON.stringify(value), ...(headers && { headers }) };
}

/** Sends an answer with its exact length and the request id that Huawei always gives. */
export function send(response: ServerResponse, requestId: string, answer: Answer): void {
  response.writeHead(answer.status, answerHeaders(requestId, answer));
  response.end(answer.body);
}

export function answerHeaders(requestId: string, answer: Answer): Record<string, string | number> {
  return {
    'Content-Type': 'application/json;charset=utf-8',
    'Content-Length': Buffer.byteLength(answer.body),
    'X-Request-Id': requestId,
    Server: 'api-gateway',
    ...answer.headers,
  };
}

/** Request bodies end at 12 MB, as Huawei documents. */
export const MAX_BODY_BYTES = 12 * 1024 * 1024;

/** The whole body, or undefined when it is too large (the rest is read and dropped, so that the client can read the answer). */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}
