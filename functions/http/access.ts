import type { MiddlewareObj } from '@middy/core';
import type { ApiEvent, ApiResponse } from './api-event.ts';
import { type ApiKey, type Caller, findKey, type Scope } from './api-keys.ts';
import { HttpProblem } from './problem.ts';
import { taskPathSchema } from './request-schemas.ts';

/** RFC 6750: the scheme in any case, one token. */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Lets only requests pass whose bearer key is one of `apiKeys` (401 otherwise) and has `scope` (403 otherwise), and puts
 * the caller on the event.
 */
export function bearerAuth(apiKeys: () => Promise<readonly ApiKey[]>, scope: Scope): MiddlewareObj<ApiEvent> {
  return {
    before: async ({ event }) => {
      const header = event.headers.authorization;
      const sent = header === undefined ? undefined : BEARER.exec(header)?.[1];
      if (sent === undefined) throw unauthenticated('Send an API key: "Authorization: Bearer <api key>".');
      const key = findKey(sent, await apiKeys());
      if (key === undefined) {
        throw unauthenticated('Unknown API key. It may have been replaced.', 'error="invalid_token"');
      }
      if (!key.scopes.includes(scope)) throw missingScope(scope, key);
      const { hash: _, ...caller } = key;
      event.caller = caller;
    },
  };
}

/** Whether an `Authorization` header has a key with this scope: what `bearerAuth` will find. */
export async function hasScope(
  header: string | undefined,
  { apiKeys, scope }: { apiKeys: () => Promise<readonly ApiKey[]>; scope: Scope },
): Promise<boolean> {
  const sent = BEARER.exec(header ?? '')?.[1];
  return sent !== undefined && findKey(sent, await apiKeys())?.scopes.includes(scope) === true;
}

/** Whose request it is, on a route that `bearerAuth` guards. */
export function callerOf({ caller }: ApiEvent): Caller {
  if (caller === undefined) throw new Error('The route has no bearerAuth');
  return caller;
}

/** Who changed what. `key` is the name of the API key, never the key itself. */
export type Change = {
  key: string;
  action: 'register' | 'watch' | 'import' | 'export' | 'stop' | 'notify';
  task_id: string;
};

type Audit = { audit(change: Change): void };

/** Of keys without a name; no name can be this, because names have no parentheses. */
const UNNAMED = '(unnamed)';

/** Notes a change once it is made; requests that change nothing, such as repeats, are not noted. */
export function noteChange({ audit }: Audit, { name = UNNAMED }: Caller, change: Omit<Change, 'key'>): void {
  audit({ key: name, ...change });
}

function missingScope(scope: Scope, { name, scopes }: Caller): HttpProblem {
  const key = name === undefined ? 'This API key' : `The API key "${name}"`;
  const detail = `${key} lacks the scope "${scope}". It has: ${scopes.join(', ')}.`;
  const parameters = `error="insufficient_scope", scope="${scope}"`;
  return new HttpProblem(403, detail, { kind: 'missing-scope', headers: challenge(parameters) });
}

function unauthenticated(detail: string, parameters?: string): HttpProblem {
  return new HttpProblem(401, detail, { kind: 'unauthenticated', headers: challenge(parameters) });
}

function challenge(parameters?: string): { 'www-authenticate': string } {
  return { 'www-authenticate': ['Bearer realm="apig-task-notifier"', parameters].filter(Boolean).join(', ') };
}

/**
 * Sends a person who follows a result link from a message to the page, which asks for the key: a request without
 * `Authorization` whose `Accept` names `text/html`, as browsers' do and programs' do not. Others go on to their 401.
 */
export function browserRedirect(): MiddlewareObj<ApiEvent, ApiResponse> {
  return {
    before: ({ event }) => {
      if (event.headers.authorization !== undefined || !namesHtml(event.headers.accept)) return undefined;
      const path = taskPathSchema.safeParse({ ...event.pathParameters });
      if (!path.success) return undefined;
      const headers = {
        location: `/#${path.data.task_id}`,
        'cache-control': 'no-store',
        vary: 'accept, authorization',
      };
      return { statusCode: 303, headers };
    },
  };
}

function namesHtml(accept = ''): boolean {
  return accept.split(',').some((range) => /^\s*text\/html\s*(?:;(?!.*\bq=0(?:\.0*)?\s*$).*)?$/i.test(range));
}
