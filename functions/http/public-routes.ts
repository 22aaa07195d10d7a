import type { ApiResponse, RouteHandler } from './api-event.ts';
import { jsonResponse } from './api-event.ts';
import openapi from './openapi.json' with { type: 'json' };
import statusPage from './status-page.json' with { type: 'json' };

/** `GET /`: the status page. Its scripts and styles are allowed by their hashes, and nothing else is. */
export const statusPageRoute: RouteHandler = async (): Promise<ApiResponse> => ({
  statusCode: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': statusPage.content_security_policy,
    'cache-control': 'no-cache',
    'referrer-policy': 'no-referrer',
  },
  body: statusPage.html,
});

/** `GET /health`: the service answers. It asks nothing of its stores, so it costs nothing. */
export const healthRoute: RouteHandler = async () => jsonResponse(200, { status: 'ok' });

/** `GET /openapi.json`. */
export const openApiRoute: RouteHandler = async () => jsonResponse(200, openapi);
