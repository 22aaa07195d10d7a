import { STATUS_CODES } from 'node:http';
import type { ApiResponse } from './api-event.ts';

/** One thing to change: in the body (`pointer`, a JSON pointer fragment), or in the query or path (`parameter`). */
export type ProblemItem = { detail: string; pointer?: string; parameter?: string };

/** The kinds of problem that a client may want to tell apart; everything else is `about:blank`. */
export type ProblemKind =
  | 'invalid-request'
  | 'unauthenticated'
  | 'unknown-task'
  | 'conflicting-registration'
  | 'task-already-final'
  | 'task-still-pending'
  | 'task-still-told'
  | 'nothing-to-watch'
  | 'no-webhook'
  | 'nothing-exported'
  | 'starts-off'
  | 'start-refused'
  | 'start-unanswered'
  | 'start-unknown'
  | 'start-under-way'
  | 'task-not-watched'
  | 'idempotency-key-reused';

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

function titleOf(kind: ProblemKind): string {
  const words = kind.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
