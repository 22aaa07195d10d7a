import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, answerHeaders, send } from './answer.ts';
import { errorAnswer } from './api-error.ts';
import { codeOf, messageOf } from './fault-catalog.ts';
import type { Fault } from './faults.ts';
import { iamError } from './iam-tokens.ts';
import type { RouteName } from './route.ts';

export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  route: RouteName;
  /** The proper answer, for faults that go on with it. */
  answer: () => Promise<Answer>;
};

/** Lets one fault happen to one exchange. Returns the status that was sent, 0 when none was. */
export async function applyFault(fault: Fault, exchange: Exchange): Promise<number> {
  const { request, response, requestId } = exchange;
  switch (fault.kind) {
    case 'hang':
      return 0;
    case 'reset':
      request.socket.resetAndDestroy();
      return 0;
    case 'latency':
      await delay(fault.ms, undefined, { ref: false });
      return sent(response, requestId, await exchange.answer());
    case 'truncated':
      return truncate(response, requestId, await exchange.answer());
    default:
      return sent(response, requestId, await answerOf(fault, exchange));
  }
}

type Answering = Extract<Fault, { kind: 'error' | 'not_json' | 'huge' }>;

async function answerOf(fault: Answering, { requestId, route }: Exchange): Promise<Answer> {
  if (fault.kind === 'not_json') {
    const body = fault.body ?? '<html><body><h1>502 Bad Gateway</h1></body></html>';
    return { status: 200, body, headers: { 'Content-Type': 'text/html' } };
  }
  if (fault.kind === 'huge') return { status: 200, body: hugeBody(fault.bytes) };
  return errorOf(fault, requestId, route);
}

function errorOf(fault: Extract<Fault, { kind: 'error' }>, requestId: string, route: RouteName): Answer {
  const { status, retryAfterS, code = codeOf(status), message = messageOf(code) } = fault;
  const headers = retryAfterS === undefined ? undefined : { 'Retry-After': String(retryAfterS) };
  if (route === 'token') return { ...iamError(status, message), ...(headers && { headers }) };
  return errorAnswer({ status, code, message }, requestId, headers);
}

function hugeBody(bytes: number): string {
  const [before, after] = ['{"task_id":"huge","task_status":"succeed","task_type":"export_api","task_result":"', '"}'];
  return before + 'x'.repeat(Math.max(0, bytes - before.length - after.length)) + after;
}

function sent(response: ServerResponse, requestId: string, answer: Answer): number {
  if (response.destroyed) return 0;
  send(response, requestId, answer);
  return answer.status;
}

/** Promises the whole length, writes half of it and breaks the connection once that has left. */
function truncate(response: ServerResponse, requestId: string, answer: Answer): number {
  const bytes = Buffer.from(answer.body);
  response.writeHead(answer.status, answerHeaders(requestId, answer));
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  return answer.status;
}
