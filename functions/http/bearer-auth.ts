import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import type { ApiEvent } from './api-event.ts';
import { HttpProblem } from './problem.ts';

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
export function isKnownKey(key: string, hashes: readonly Buffer[]): boolean {
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
