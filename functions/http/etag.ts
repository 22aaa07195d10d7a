import { createHash } from 'node:crypto';
import type { ApiEvent } from './api-event.ts';

/** A weak validator (RFC 9110, 8.8.1) of a JSON answer, over all but the members in `ignored`. */
export function weakEtag(value: unknown, ignored: readonly string[] = []): string {
  const json = JSON.stringify(value, (name, member) => (ignored.includes(name) ? undefined : member));
  return `W/"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
}

/** Whether `If-None-Match` has this tag; compared weakly, as RFC 9110, 13.1.2 wants. */
export function isUnchanged({ headers }: ApiEvent, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return headers['if-none-match']?.split(',').some((tag) => opaque(tag) === opaque(etag)) ?? false;
}
