import { gzipSync } from 'node:zlib';
import type { MiddlewareObj, Request } from '@middy/core';
import middy, { type MiddyfiedHandler } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import type { Method } from '@middy/http-router';
import httpRouter from '@middy/http-router';
import type { Log } from '../tasks/ports.ts';
import { bearerAuth, browserRedirect, callerOf } from './access.ts';
import { type ApiEvent, type ApiResponse, jsonResponse, type RouteHandler } from './api-event.ts';
import type { Scope } from './api-keys.ts';
import { definitionRoute } from './definition.ts';
import type { TasksApiDeps } from './deps.ts';
import { listTasksRoute } from './list-tasks.ts';
import { HttpProblem, problemHandler } from './problem.ts';
import { jsonBody, validQuery } from './read-request.ts';
import { registerBatchRoute } from './register-batch.ts';
import { registerTaskRoute } from './register-task.ts';
import { noQuerySchema } from './request-schemas.ts';
import { statsRoute } from './stats.ts';
import { deleteTaskRoute, getTaskRoute, notifyAgainRoute } from './task-routes.ts';
import { watchAgainRoute } from './watch-again.ts';

/** The tasks API behind one API Gateway HTTP API event (payload 2.0) or one request of the local server. */
export type TasksApiHandler = MiddyfiedHandler<ApiEvent, ApiResponse>;

// The router's types know whole events only, and ours is the part of one that the API reads.
const routeRequests = httpRouter as unknown as (options: {
  routes: TaskRoute[];
  notFoundResponse: ReturnType<typeof answerUnrouted>;
}) => RouteHandler;

/**
 * The whole API as one middy handler. Every end, expected or not, is an answer: it never rejects. `startRoutes` are those of
 * `createStartRoutes`, which a function that starts nothing does not carry.
 */
export function createTasksApiHandler(deps: TasksApiDeps, startRoutes = startsOff(deps)): TasksApiHandler {
  return createApiHandler([...createRoutes(deps), ...startRoutes], deps.log);
}

/** These routes alone. */
export function createApiHandler(routes: TaskRoute[], log: Log): TasksApiHandler {
  const unrouted = answerUnrouted(routes);
  return middy<ApiEvent, ApiResponse>()
    .use(normalizeRequest())
    .use(httpHeaderNormalizer())
    .use(problemHandler(log))
    .handler(routeRequests({ routes: [...routes, ...refuseOnBatch(unrouted)], notFoundResponse: unrouted }));
}

/** One line of the contract's table. */
export type TaskRoute = {
  method: Method;
  path: string;
  handler: RouteHandler | MiddyfiedHandler<ApiEvent, ApiResponse>;
};

const startsOffRoute: RouteHandler = async () => {
  throw new HttpProblem(404, 'Starting imports and exports is off here. The setting "starts" (STARTS) turns it on.', {
    kind: 'starts-off',
  });
};

function startsOff({ apiKeys }: TasksApiDeps): TaskRoute[] {
  const handler = middy<ApiEvent, ApiResponse>(startsOffRoute).use(bearerAuth(apiKeys, 'start'));
  return ['/imports', '/exports'].map((path) => ({ method: 'POST', path, handler }));
}

/** Every route of the API, in the order of the contract. */
function createRoutes(deps: TasksApiDeps): TaskRoute[] {
  const auth = (scope: Scope) => bearerAuth(deps.apiKeys, scope);
  const keyed = (scope: Scope, handler: RouteHandler) => middy<ApiEvent, ApiResponse>(handler).use(auth(scope));
  const linked = (handler: RouteHandler) =>
    middy<ApiEvent, ApiResponse>(handler).use(browserRedirect()).use(auth('read'));
  const withBody = (scope: Scope, handler: RouteHandler) => keyed(scope, handler).use(jsonBody());
  const withOptionalBody = (scope: Scope, handler: RouteHandler) =>
    keyed(scope, handler).use(jsonBody({ isOptional: true }));
  return [
    { method: 'GET', path: '/', handler: statusPageRoute },
    { method: 'GET', path: '/health', handler: healthRoute },
    { method: 'GET', path: '/openapi.json', handler: openApiRoute },
    { method: 'POST', path: '/tasks', handler: withBody('register', registerTaskRoute(deps)) },
    { method: 'POST', path: '/tasks/batch', handler: withBody('register', registerBatchRoute(deps)) },
    { method: 'GET', path: '/tasks', handler: keyed('read', listTasksRoute(deps)) },
    { method: 'GET', path: '/tasks/{task_id}', handler: linked(getTaskRoute(deps)) },
    { method: 'DELETE', path: '/tasks/{task_id}', handler: keyed('manage', deleteTaskRoute(deps)) },
    { method: 'GET', path: '/tasks/{task_id}/definition', handler: keyed('read', definitionRoute(deps)) },
    {
      method: 'POST',
      path: '/tasks/{task_id}/notifications',
      handler: withOptionalBody('manage', notifyAgainRoute(deps)),
    },
    { method: 'POST', path: '/tasks/{task_id}/watch', handler: withOptionalBody('register', watchAgainRoute(deps)) },
    { method: 'GET', path: '/stats', handler: keyed('read', statsRoute(deps)) },
    { method: 'GET', path: '/whoami', handler: keyed('read', whoamiRoute) },
    { method: 'GET', path: '/channels', handler: keyed('read', channelsRoute(deps)) },
  ];
}

/** `GET /`: the status page, zipped for whoever takes that. Its script and style are allowed by their hashes, and nothing else is. */
const statusPageRoute: RouteHandler = async ({ headers }): Promise<ApiResponse> => {
  const { default: page } = await import('./status-page.json', { with: { type: 'json' } });
  const isZipped = /\bgzip\b(?!\s*;\s*q=0)/.test(headers['accept-encoding'] ?? '');
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': page.content_security_policy,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      vary: 'accept-encoding',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    },
    ...(isZipped ? { body: gzipSync(page.html).toString('base64'), isBase64Encoded: true } : { body: page.html }),
  };
};

/** `GET /health`: the service answers. It asks nothing of its stores, so it costs nothing. */
const healthRoute: RouteHandler = async () => jsonResponse(200, { status: 'ok' });

/** `GET /whoami`: the name of the key, if it has one, and its scopes. */
const whoamiRoute: RouteHandler = async (event) => {
  validQuery(noQuerySchema, event);
  return jsonResponse(200, callerOf(event));
};

/** `GET /channels`: the names that a notification can be sent to, if they are known here. */
function channelsRoute({ channels }: TasksApiDeps): RouteHandler {
  return async (event) => {
    validQuery(noQuerySchema, event);
    return jsonResponse(200, channels === undefined ? {} : { channels });
  };
}

/** `GET /openapi.json`. */
const openApiRoute: RouteHandler = async () => {
  const { default: openapi } = await import('./openapi/openapi.json', { with: { type: 'json' } });
  return jsonResponse(200, openapi);
};

/**
 * Takes HEAD as a GET whose body is not sent, and fills in what an event of a console's test button lacks.
 * Adds the header that keeps browsers from guessing types to every answer.
 */
function normalizeRequest(): MiddlewareObj<ApiEvent, ApiResponse> {
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

/** Without these, the router would look for a task called `batch`. */
function refuseOnBatch(unrouted: ReturnType<typeof answerUnrouted>): TaskRoute[] {
  const handler: RouteHandler = ({ requestContext }) => unrouted(requestContext.http);
  return (['GET', 'DELETE'] as const).map((method) => ({ method, path: '/tasks/batch', handler }));
}

type Unrouted = { method: string; path: string };

/** What is left when no route fits: the answer to OPTIONS, 405 for another method of a known path, 404. */
function answerUnrouted(routes: TaskRoute[]): (request: Unrouted) => Promise<ApiResponse> {
  const patterns = routes.map(({ method, path }) => ({
    ...{ method, path },
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
  }));
  return async ({ method, path }) => {
    const fitting = patterns.filter(({ pattern }) => pattern.test(path));
    // A literal path is no task's: `/tasks/batch` has the methods of the batch alone.
    const literal = fitting.filter((route) => !route.path.includes('{'));
    const methods = new Set<string>((literal.length > 0 ? literal : fitting).map((route) => route.method));
    if (methods.size === 0) throw new HttpProblem(404, 'No such route. GET /openapi.json lists all routes.');
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods.add('OPTIONS')].sort().join(', ');
    if (method === 'OPTIONS') return { statusCode: 204, headers: { allow } };
    throw new HttpProblem(405, `Method not allowed here. Allowed: ${allow}.`, { headers: { allow } });
  };
}
