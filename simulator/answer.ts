import type { ServerResponse } from 'node:http';

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
