/** The operations a simulator has. */
export const ROUTE_NAMES = ['token', 'projects', 'task', 'import', 'export', 'groups', 'publish'] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

/** Where a request wants to go. */
export type Route = { name: RouteName; projectId: string; instanceId: string; taskId: string };

/** Below a gateway: what stands after its id. */
const GATEWAY_ROUTES: Record<string, RouteName> = {
  'POST openapi/async-import': 'import',
  'POST openapi/async-export': 'export',
  'GET api-groups': 'groups',
  'POST apis/publish': 'publish',
};

const IAM_ROUTES: Record<string, RouteName> = { 'POST /v3/auth/tokens': 'token', 'GET /v3/projects': 'projects' };

/** The route of a request, or undefined for APIGW.0101. Split by hand: this runs for every poll. */
export function findRoute(method: string, path: string): Route | undefined {
  const [, version, projectId = '', service, instances, instanceId = '', noun, ...rest] = path.split('/');
  if (version !== 'v2' || service !== 'apigw' || instances !== 'instances') return iamRoute(`${method} ${path}`);
  const [taskId] = rest;
  if (method === 'GET' && noun === 'async-tasks' && taskId && rest.length === 1) {
    return { name: 'task', projectId, instanceId, taskId };
  }
  const name = GATEWAY_ROUTES[`${method} ${[noun, ...rest].join('/')}`];
  return name && { name, projectId, instanceId, taskId: '' };
}

function iamRoute(request: string): Route | undefined {
  const name = IAM_ROUTES[request];
  return name && { name, projectId: '', instanceId: '', taskId: '' };
}
