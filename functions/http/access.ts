import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import * as z from 'zod/mini';
import { ConfigError } from '../tasks/errors.ts';
import { parseJson } from '../tasks/json.ts';
import type { ApiEvent, ApiResponse } from './api-event.ts';
import { HttpProblem } from './problem.ts';
import { taskPathSchema } from './request-schemas.ts';

/** Long enough not to be guessed, and of what `Authorization: Bearer` can carry. */
const key = z
  .string()
  .check(
    z.minLength(16, 'is shorter than 16 characters'),
    z.regex(/^[\x21-\x7e]*$/, 'has spaces or characters beyond ASCII, which no client can send'),
  );
const hash = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'is not sha256:<64 hex digits>'));

const secretSchema = z.object({
  keys: z._default(z.array(key), []),
  hashes: z._default(z.array(hash), []),
  generated_key: z.optional(key),
});

/**
 * Reads the secret `{"keys":[…],"hashes":["sha256:<hex>"…],"generated_key":"…"}` and keeps only the SHA-256 of each key.
 * Throws `ConfigError` that names fields, never values.
 */
export function parseApiKeys(text: string): readonly Buffer[] {
  const secret = parseJson(text);
  if (secret === undefined) throw new ConfigError(['API keys: the secret is not JSON']);
  const parsed = secretSchema.safeParse(secret);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `API keys: ${path.join('.')} ${message}`));
  }
  const { keys, hashes, generated_key } = parsed.data;
  const plain = [...keys, ...(generated_key === undefined ? [] : [generated_key])];
  return [...plain.map(hashApiKey), ...hashes.map((text) => Buffer.from(text.slice('sha256:'.length), 'hex'))];
}

/** What is wrong with an API key, without the key; undefined where nothing is. */
export function apiKeyProblem(text: string): string | undefined {
  return key.safeParse(text).error?.issues[0]?.message;
}

/** SHA-256 of a key; keys are long and random, so no slow hash is needed. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** RFC 6750: the scheme in any case, one token. */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** Lets only requests pass whose bearer key hashes (SHA-256) to one of `apiKeyHashes`; 401 otherwise. */
export function bearerAuth(apiKeyHashes: () => Promise<readonly Buffer[]>): MiddlewareObj<ApiEvent> {
  return {
    before: async ({ event }) => {
      const header = event.headers.authorization;
      const key = header === undefined ? undefined : BEARER.exec(header)?.[1];
      if (key === undefined) throw unauthenticated('Send an API key: "Authorization: Bearer <api key>".');
      if (!isKnownKey(key, await apiKeyHashes())) {
        throw unauthenticated('Unknown API key. It may have been replaced.', ', error="invalid_token"');
      }
    },
  };
}

/** Compares with every hash, so that the time taken tells neither which key fits nor how far one is right. */
function isKnownKey(key: string, hashes: readonly Buffer[]): boolean {
  const hash = createHash('sha256').update(key).digest();
  let isKnown = false;
  for (const known of hashes) {
    if (known.length === hash.length && timingSafeEqual(known, hash)) isKnown = true;
  }
  return isKnown;
}

function unauthenticated(detail: string, parameters = ''): HttpProblem {
  return new HttpProblem(401, detail, {
    kind: 'unauthenticated',
    headers: { 'www-authenticate': `Bearer realm="apig-task-notifier"${parameters}` },
  });
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
