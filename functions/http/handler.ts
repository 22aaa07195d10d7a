import middy, { type MiddyfiedHandler } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpRouter from '@middy/http-router';
import type { ApiEvent, ApiResponse, RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { normalizeRequest } from './normalize-request.ts';
import { problemHandler } from './problem-handler.ts';
import { createRoutes, type TaskRoute } from './routes.ts';
import { answerUnrouted } from './unrouted.ts';

/** The tasks API behind one API Gateway HTTP API event (payload 2.0) or one request of the local server. */
export type TasksApiHandler = MiddyfiedHandler<ApiEvent, ApiResponse>;

// The router's types know whole events only, and ours is the part of one that the API reads.
const routeRequests = httpRouter as unknown as (options: {
  routes: TaskRoute[];
  notFoundResponse: ReturnType<typeof answerUnrouted>;
}) => RouteHandler;

/** The whole API as one middy handler. Every end, expected or not, is an answer: it never rejects. */
export function createTasksApiHandler(deps: TasksApiDeps): TasksApiHandler {
  const routes = createRoutes(deps);
  return middy<ApiEvent, ApiResponse>()
    .use(normalizeRequest())
    .use(httpHeaderNormalizer())
    .use(problemHandler(deps.log))
    .handler(routeRequests({ routes, notFoundResponse: answerUnrouted(routes) }));
}
