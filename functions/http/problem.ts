import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { MiddlewareObj } from '@middy/core';
import { StoreError, UnreadableTaskError } from '../tasks/errors.ts';
import type { Log } from '../tasks/ports.ts';
import type { ApiEvent, ApiResponse, RequestContext } from './api-event.ts';

/** One thing to change: in the body (`pointer`, a JSON pointer fragment), or in the query or path (`parameter`). */
export type ProblemItem = { detail: string; pointer?: string; parameter?: string };

/** The kinds of problem that a client may want to tell apart; everything else is `about:blank`. */
type ProblemKind =
  | 'invalid-request'
  | 'unauthenticated'
  | 'missing-scope'
  | 'unknown-task'
  | 'conflicting-registration'
  | 'task-already-final'
  | 'task-still-pending'
  | 'task-still-notifying'
  | 'nothing-to-watch'
  | 'no-webhook'
  | 'nothing-exported'
  | 'starts-off'
  | 'start-refused'
  | 'start-unanswered'
  | 'start-unknown'
  | 'start-under-way'
  | 'task-not-watched'
  | 'idempotency-key-reused'
  | 'unreadable-task'
  | 'unreadable-start';

type ProblemOptions = {
  kind?: ProblemKind;
  errors?: ProblemItem[];
  headers?: Record<string, string>;
  /** Further members of the document (RFC 9457, 3.2). */
  members?: Record<string, string>;
  /** For a 5xx: what the log has it under. */
  requestId?: string;
};

/** RFC 9457's members, as they are sent. */
export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  errors?: ProblemItem[];
  request_id?: string;
};

/** Ends a request with an error answer. `detail` is shown to the client: it says what to change. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly options: ProblemOptions;
  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.status = status;
    this.options = options;
  }
}

/** The problem document; `instance` is the path of the request or of the task it is about. */
export function problemBody(problem: HttpProblem, instance?: string): ProblemBody {
  const { kind, errors, requestId, members } = problem.options;
  return {
    type: kind === undefined ? 'about:blank' : `urn:apig-task-notifier:problem:${kind}`,
    title: kind === undefined ? (STATUS_CODES[problem.status] ?? 'Error') : titleOf(kind),
    status: problem.status,
    detail: problem.message,
    ...(instance === undefined ? {} : { instance }),
    ...(errors === undefined ? {} : { errors }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...members,
  };
}

/** `application/problem+json` in payload format 2.0. */
export function problemResponse(problem: HttpProblem, instance?: string): ApiResponse {
  return {
    statusCode: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...problem.options.headers,
    },
    body: JSON.stringify(problemBody(problem, instance)),
  };
}

/** The 404 for a task that is neither pending nor final. */
export function unknownTask(taskId: string): HttpProblem {
  return new HttpProblem(404, `No task "${taskId}" is registered. Register it with POST /tasks.`, {
    kind: 'unknown-task',
  });
}

/** The 500 that lasts until the row is removed; clients do not repeat a request that is answered with it. */
function unreadableTask({ taskId, reason }: UnreadableTaskError, requestId: string): HttpProblem {
  const detail = `The stored row of task "${taskId}" cannot be read (${reason}). DELETE /tasks/${taskId} removes it; then register it again.`;
  return new HttpProblem(500, detail, { kind: 'unreadable-task', requestId });
}

function titleOf(kind: ProblemKind): string {
  const words = kind.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const RETRY_AFTER_S = '5';

/**
 * Turns whatever was thrown into a problem answer. What is not an `HttpProblem` is logged with its cause and
 * answered without it: 503 when a store is in trouble or time ran out, else 500.
 * (Instead of @middy/http-error-handler, which answers text.)
 */
export function problemHandler(log: Log): MiddlewareObj<ApiEvent, ApiResponse> {
  return {
    onError: (request) => {
      const { error, event, context } = request;
      request.response = problemResponse(
        error instanceof HttpProblem ? error : concealed(error, { event, context, log }),
        event.requestContext.http.path,
      );
    },
  };
}

type Failed = { event: ApiEvent; context: RequestContext; log: Log };

/** The answer for an unexpected error; the log keeps, under the same request id, what the client is not told. */
export function concealed(error: unknown, { event, context, log }: Failed): HttpProblem {
  const { method, path } = event.requestContext.http;
  const requestId = context.awsRequestId ?? randomUUID();
  // A full disk refuses thousands of requests alike: the store has said so, once.
  if (!(error instanceof StoreError && error.isReported))
    log.error('request failed', { request_id: requestId, method, path, error: describe(error) });
  if (error instanceof UnreadableTaskError) return unreadableTask(error, requestId);
  const isPassing = error instanceof StoreError || (error instanceof Error && error.name === 'TimeoutError');
  return isPassing
    ? new HttpProblem(503, 'The service is temporarily unavailable. Retry the request.', {
        headers: { 'retry-after': RETRY_AFTER_S },
        requestId,
      })
    : new HttpProblem(500, 'Internal error. The cause is in the log of the service.', { requestId });
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: String(cause) }) };
}
