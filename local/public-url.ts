import * as z from 'zod/mini';

const RULE = 'must be an http or https URL without a query or a user name, like https://tasks.example.com';

/** Base of the links in messages, where people reach the service under another address than it listens at. */
export const publicUrl = z.string().check(z.refine(isBase, RULE));

function isBase(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !/[?#\s]/.test(text) && url.username + url.password === '';
}

/** Where a URL that listens at every address can be asked from this machine; any other is left as it is. */
export function reachableUrl(url: string): string {
  return url.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)/, '$1127.0.0.1');
}
