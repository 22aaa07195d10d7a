import { randomUUID } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import { StoreError } from '../tasks/errors.ts';
import type { Log } from '../tasks/ports.ts';
import type { ApiEvent, ApiResponse, RequestContext } from './api-event.ts';
import { HttpProblem, problemResponse } from './problem.ts';

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
  log.error('request failed', { request_id: requestId, method, path, error: describe(error) });
  const isPassing = error instanceof StoreError || (error instanceof Error && error.name === 'TimeoutError');
  return isPassing
    ? new HttpProblem(503, 'The service cannot do this at the moment. Repeat the request.', {
        headers: { 'retry-after': RETRY_AFTER_S },
        requestId,
      })
    : new HttpProblem(500, 'The service failed. The reason is in its log.', { requestId });
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: String(cause) }) };
}
