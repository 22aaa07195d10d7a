/** The operations a simulator has. */
export type RouteName = 'token' | 'task' | 'import' | 'export';

/** Where a request wants to go. */
export type Route = { name: RouteName; projectId: string; instanceId: string; taskId: string };

const at = (name: RouteName, projectId = '', instanceId = '', taskId = ''): Route => ({
  name,
  projectId,
  instanceId,
  taskId,
});

/** The route of a request, or undefined for APIGW.0101. Split by hand: this runs for every poll. */
export function findRoute(method: string, path: string): Route | undefined {
  const [, version, projectId, service, instances, instanceId, noun, last, ...rest] = path.split('/');
  if (method === 'POST' && path === '/v3/auth/tokens') return at('token');
  if (version !== 'v2' || service !== 'apigw' || instances !== 'instances' || rest.length > 0 || !last)
    return undefined;
  if (method === 'GET' && noun === 'async-tasks') return at('task', projectId, instanceId, last);
  if (method !== 'POST' || noun !== 'openapi') return undefined;
  if (last === 'async-import') return at('import', projectId, instanceId);
  return last === 'async-export' ? at('export', projectId, instanceId) : undefined;
}
