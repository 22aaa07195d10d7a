import type { MiddlewareObj, Request } from '@middy/core';
import type { ApiEvent, ApiResponse } from './api-event.ts';

/**
 * Takes HEAD as a GET whose body is not sent, and fills in what an event of a console's test button lacks.
 * Adds the header that keeps browsers from guessing types to every answer.
 */
export function normalizeRequest(): MiddlewareObj<ApiEvent, ApiResponse> {
  const heads = new WeakSet<ApiEvent>();
  const finish = ({ event, response }: Pick<Request<ApiEvent, ApiResponse>, 'event' | 'response'>): void => {
    if (!response) return;
    response.headers['x-content-type-options'] = 'nosniff';
    if (heads.has(event)) {
      if (response.body instanceof ReadableStream) void response.body.cancel();
      delete response.body;
    }
  };
  return {
    before: ({ event }) => {
      const { http } = event.requestContext;
      event.headers ??= {};
      event.rawQueryString ??= '';
      if (!http.path.startsWith('/')) http.path = `/${http.path}`;
      if (http.method === 'HEAD') {
        http.method = 'GET';
        heads.add(event);
      }
    },
    after: finish,
    onError: finish,
  };
}
