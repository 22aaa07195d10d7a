import type { ApiResponse, RouteHandler } from './api-event.ts';
import { jsonResponse } from './api-event.ts';

/** `GET /`: the status page. Its scripts and styles are allowed by their hashes, and nothing else is. */
export const statusPageRoute: RouteHandler = async (): Promise<ApiResponse> => {
  const { default: page } = await import('./status-page.json', { with: { type: 'json' } });
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': page.content_security_policy,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
    },
    body: page.html,
  };
};

/** `GET /health`: the service answers. It asks nothing of its stores, so it costs nothing. */
export const healthRoute: RouteHandler = async () => jsonResponse(200, { status: 'ok' });

/** `GET /openapi.json`. */
export const openApiRoute: RouteHandler = async () => {
  const { default: openapi } = await import('./openapi/openapi.json', { with: { type: 'json' } });
  return jsonResponse(200, openapi);
};
