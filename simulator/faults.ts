import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, errorAnswer, messageOf } from './errors.ts';
import { type Answer, answerHeaders, send } from './http.ts';
import { iamError } from './iam.ts';
import { newId } from './identifier.ts';
import type { Route, RouteName } from './route.ts';

/** The request is carried out first: only its answer is lost, or (`latency`) late. Default false. */
type Effect = { takesEffect?: boolean };

/** What goes wrong. `truncated` answers properly but breaks off half-way. */
export type Fault =
  | ({ kind: 'error'; status: number; code?: string; message?: string; retryAfterS?: number } & Effect)
  /** A slow answer. The request takes effect after the delay, also where its client has gone. */
  | ({ kind: 'latency'; ms: number } & Effect)
  /** No answer ever; the connection stays open. */
  | ({ kind: 'hang' } & Effect)
  /** The connection is reset (RST). */
  | ({ kind: 'reset' } & Effect)
  | { kind: 'truncated' }
  /** 200 with something that is not JSON; default an HTML page. */
  | { kind: 'not_json'; body?: string }
  /** 200 with a JSON body of this many bytes, inside `task_result`. */
  | { kind: 'huge'; bytes: number };

/** Which requests a fault is for; nothing named = all. */
type Match = { route?: RouteName; taskId?: string; projectId?: string };

export type FaultRule = {
  fault: Fault;
  match?: Match;
  /** How many requests it hits; default every one, until it is removed. */
  times?: number;
};

type ActiveRule = FaultRule & { id: string; left: number };

/** Rules in the order they were set; the first that matches is used. */
export class Faults {
  private rules: ActiveRule[] = [];

  /** Returns the rule's id. */
  add(rule: FaultRule): string {
    const id = newId();
    this.rules.push({ ...rule, id, left: rule.times ?? Number.POSITIVE_INFINITY });
    return id;
  }

  /** False if the rule was used up, or never existed. */
  remove(id: string): boolean {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.id !== id);
    return this.rules.length < before;
  }

  clear(): void {
    this.rules = [];
  }

  /** The fault for one request; it is used up by that. */
  take(target: Route): Fault | undefined {
    if (this.rules.length === 0) return undefined;
    const rule = this.rules.find(({ match }) => isMatch(match ?? {}, target));
    if (!rule) return undefined;
    rule.left--;
    if (rule.left <= 0) this.remove(rule.id);
    return rule.fault;
  }
}

function isMatch(match: Match, target: Route): boolean {
  return (
    (match.route === undefined || match.route === target.name) &&
    (match.taskId === undefined || match.taskId === target.taskId) &&
    (match.projectId === undefined || match.projectId === target.projectId)
  );
}

export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  route: RouteName;
  /** The request's body, as it arrives. */
  body: unknown;
  /** The proper answer, for faults that go on with it. */
  answer: () => Promise<Answer>;
};

/** Applies one fault to one exchange to one exchange. Returns the status that was sent, 0 when none was. */
export async function applyFault(fault: Fault, exchange: Exchange): Promise<number> {
  const { request, response, requestId } = exchange;
  const early = 'takesEffect' in fault && fault.takesEffect ? await exchange.answer() : undefined;
  switch (fault.kind) {
    case 'hang':
      return 0;
    case 'reset':
      request.socket.resetAndDestroy();
      return 0;
    case 'latency':
      await Promise.allSettled([exchange.body, delay(fault.ms, undefined, { ref: false })]);
      return sent(response, requestId, early ?? (await exchange.answer()));
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
  if (route === 'token' || route === 'projects') return { ...iamError(status, message), ...(headers && { headers }) };
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
