import { describe, expect, it } from 'vitest';
import { hashApiKey, SCOPES, type Scope } from '../../functions/http/api-keys.ts';
import openapi from '../../functions/http/openapi/openapi.json' with { type: 'json' };
import { pendingTask } from '../support/fixtures.ts';
import { createApi, taskResult } from './support/api.ts';

type Operation = {
  operationId: string;
  security?: { api_key: Scope[] }[];
  requestBody?: { content: Record<string, { example?: object }> };
};
const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([verb, operation]) => ({
    method: verb.toUpperCase(),
    path: path.replace('{task_id}', 'f1'),
    operation,
    scopes: operation.security?.flatMap(({ api_key }) => api_key) ?? [],
  })),
);
const keyed = operations.filter(({ operation }) => operation.security?.length !== 0);

/** A key for each scope and one for each set of all others, named by what it has. */
const keys = SCOPES.flatMap((scope) => [[scope], SCOPES.filter((other) => other !== scope)]).map((scopes) => ({
  key: `the-key-of-the-scopes-${scopes.join('-')}`,
  name: scopes.join('-'),
  scopes,
}));
const apiKeys = async () => keys.map(({ key, ...rest }) => ({ ...rest, hash: hashApiKey(key) }));

function ask({ method, path, operation }: (typeof operations)[number], key: string | null) {
  const api = createApi({ apiKeys }, { pending: [pendingTask({ taskId: 'p1' })], results: [taskResult()] });
  const body = operation.requestBody?.content['application/json']?.example;
  return { api, reply: api.call(method, path, { key, ...(body && { body }) }) };
}

describe('the scopes of openapi.json', () => {
  it('are one for each operation except the page, the health check and the document', () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /', 'GET /health', 'GET /openapi.json']);
    for (const { scopes, operation } of keyed) {
      expect(
        SCOPES.filter((scope) => scopes.includes(scope)),
        operation.operationId,
      ).toHaveLength(1);
    }
  });

  it('are `read` for each GET and for nothing else, so that a key that may read can change nothing', () => {
    for (const { method, scopes } of keyed) expect(scopes.includes('read')).toBe(method === 'GET');
  });
});

describe.each(keyed)('$method $path', (route) => {
  const [scope = 'read'] = route.scopes;

  it.each(keys.filter(({ scopes }) => !scopes.includes(scope)))('refuses a key with only $name', async ({ key }) => {
    const { api, reply } = ask(route, key);
    const { status, headers, json } = await reply;
    expect([status, json().type]).toEqual([403, 'urn:apig-task-notifier:problem:missing-scope']);
    expect(json().detail).toContain(`lacks the scope "${scope}"`);
    expect(headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${scope}"`);
    expect([api.changes, api.republished, api.pending.writes]).toEqual([[], [], []]);
    expect([...api.pending.rows.keys(), ...api.results.rows.keys()]).toEqual(['p1', 'f1']);
  });

  it.each(keys.filter(({ scopes }) => scopes.includes(scope)))('lets a key with $name pass', async ({ key }) => {
    expect([401, 403]).not.toContain((await ask(route, key).reply).status);
  });

  it('refuses a request without a key', async () => {
    expect((await ask(route, null).reply).status).toBe(401);
  });
});
