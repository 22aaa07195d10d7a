import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Method } from '@middy/http-router';
import type { ApiEvent, ApiResponse, RouteHandler } from './api-event.ts';
import { bearerAuth } from './bearer-auth.ts';
import { browserRedirect } from './browser-redirect.ts';
import { definitionRoute } from './definition.ts';
import type { TasksApiDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { listTasksRoute } from './list-tasks.ts';
import { healthRoute, openApiRoute, statusPageRoute } from './public-routes.ts';
import { registerBatchRoute } from './register-batch.ts';
import { registerTaskRoute } from './register-task.ts';
import { type StartDeps, startExportRoute, startImportRoute, startsOffRoute } from './start-routes.ts';
import { deleteTaskRoute, getTaskRoute, notifyAgainRoute } from './task-routes.ts';
import { watchAgainRoute } from './watch-again.ts';

/** One line of the contract's table. */
export type TaskRoute = {
  method: Method;
  path: string;
  handler: RouteHandler | MiddyfiedHandler<ApiEvent, ApiResponse>;
};

/** The routes that start something: those of a function of its own, and on one machine of the whole API. */
export function createStartRoutes(deps: StartDeps): TaskRoute[] {
  const keyed = (handler: RouteHandler) => middy<ApiEvent, ApiResponse>(handler).use(bearerAuth(deps.apiKeyHashes));
  return [
    { method: 'POST', path: '/imports', handler: keyed(startImportRoute(deps)) },
    { method: 'POST', path: '/exports', handler: keyed(startExportRoute(deps)).use(jsonBody()) },
  ];
}

/** Every route of the API, in the order of the contract. */
export function createRoutes(deps: TasksApiDeps): TaskRoute[] {
  const auth = bearerAuth(deps.apiKeyHashes);
  const keyed = (handler: RouteHandler) => middy<ApiEvent, ApiResponse>(handler).use(auth);
  const linked = (handler: RouteHandler) => middy<ApiEvent, ApiResponse>(handler).use(browserRedirect()).use(auth);
  const withBody = (handler: RouteHandler) => keyed(handler).use(jsonBody());
  const withOptionalBody = (handler: RouteHandler) => keyed(handler).use(jsonBody({ isOptional: true }));
  return [
    { method: 'GET', path: '/', handler: statusPageRoute },
    { method: 'GET', path: '/health', handler: healthRoute },
    { method: 'GET', path: '/openapi.json', handler: openApiRoute },
    { method: 'POST', path: '/tasks', handler: withBody(registerTaskRoute(deps)) },
    { method: 'POST', path: '/tasks/batch', handler: withBody(registerBatchRoute(deps)) },
    { method: 'GET', path: '/tasks', handler: keyed(listTasksRoute(deps)) },
    { method: 'GET', path: '/tasks/{task_id}', handler: linked(getTaskRoute(deps)) },
    { method: 'DELETE', path: '/tasks/{task_id}', handler: keyed(deleteTaskRoute(deps)) },
    { method: 'GET', path: '/tasks/{task_id}/definition', handler: keyed(definitionRoute(deps)) },
    { method: 'POST', path: '/tasks/{task_id}/notifications', handler: withOptionalBody(notifyAgainRoute(deps)) },
    { method: 'POST', path: '/tasks/{task_id}/watch', handler: withOptionalBody(watchAgainRoute(deps)) },
    ...(deps.starts ? createStartRoutes({ ...deps, starts: deps.starts }) : startsOff()),
  ];
}

function startsOff(): TaskRoute[] {
  return ['/imports', '/exports'].map((path) => ({ method: 'POST', path, handler: startsOffRoute }));
}
