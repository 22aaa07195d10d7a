import type { ApiResponse } from './api-event.ts';
import { HttpProblem } from './problem.ts';
import type { TaskRoute } from './routes.ts';

type Unrouted = { method: string; path: string };

/** What is left when no route fits: the answer to OPTIONS, 405 for another method of a known path, 404. */
export function answerUnrouted(routes: TaskRoute[]): (request: Unrouted) => Promise<ApiResponse> {
  const patterns = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
  }));
  return async ({ method, path }) => {
    const methods = new Set<string>(patterns.filter(({ pattern }) => pattern.test(path)).map((route) => route.method));
    if (methods.size === 0) throw new HttpProblem(404, 'No such route. GET /openapi.json lists all routes.');
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods.add('OPTIONS')].sort().join(', ');
    if (method === 'OPTIONS') return { statusCode: 204, headers: { allow } };
    throw new HttpProblem(405, `Method not allowed here. Allowed: ${allow}.`, { headers: { allow } });
  };
}
