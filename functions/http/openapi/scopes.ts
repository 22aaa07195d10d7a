import type { Scope } from '../api-keys.ts';

/** The scope that each operation needs, by its id; those that need no key say `security: []` themselves. */
const SCOPE_OF: Record<string, Scope> = {
  registerTask: 'register',
  registerTasks: 'register',
  startImport: 'start',
  startExport: 'start',
  listTasks: 'read',
  getTask: 'read',
  stopWatching: 'manage',
  getDefinition: 'read',
  notifyAgain: 'manage',
  watchAgain: 'register',
  getStats: 'read',
  whoami: 'read',
  listChannels: 'read',
};

type Operation = { operationId?: string; security?: object[]; responses?: Record<string, object> };

/**
 * Puts its scope on each operation, as a role of its security requirement, and the answer to a key that lacks it. Throws
 * for an operation without a scope, so that no route is added without one.
 */
export function addScopes(paths: Record<string, Record<string, Operation>>): void {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  for (const operation of operations.filter(({ security }) => security === undefined)) {
    const scope = SCOPE_OF[operation.operationId ?? ''];
    if (scope === undefined)
      throw new Error(`The operation ${operation.operationId} has no scope: see openapi/scopes.ts`);
    operation.security = [{ api_key: [scope] }];
    operation.responses = { ...operation.responses, 403: { $ref: '#/components/responses/MissingScope' } };
  }
}
