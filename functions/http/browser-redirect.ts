import type { MiddlewareObj } from '@middy/core';
import type { ApiEvent, ApiResponse } from './api-event.ts';
import { taskPathSchema } from './request-schemas.ts';

/**
 * Sends a person who follows a result link from a message to the page, which asks for the key: a request without
 * `Authorization` whose `Accept` names `text/html`, as browsers' do and programs' do not. Others go on to their 401.
 */
export function browserRedirect(): MiddlewareObj<ApiEvent, ApiResponse> {
  return {
    before: ({ event }) => {
      if (event.headers.authorization !== undefined || !namesHtml(event.headers.accept)) return undefined;
      const path = taskPathSchema.safeParse({ ...event.pathParameters });
      if (!path.success) return undefined;
      const headers = {
        location: `/#${path.data.task_id}`,
        'cache-control': 'no-store',
        vary: 'accept, authorization',
      };
      return { statusCode: 303, headers };
    },
  };
}

function namesHtml(accept = ''): boolean {
  return accept.split(',').some((range) => /^\s*text\/html\s*(?:;(?!.*\bq=0(?:\.0*)?\s*$).*)?$/i.test(range));
}
