import { isLoopbackHost } from '../../names.ts';

/**
 * What is wrong with a `callback_url`, or undefined. Where its host leads is checked at delivery, after resolution:
 * a name that is harmless today may resolve to the metadata service tomorrow.
 */
export function callbackProblem(text: string, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute https URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  const isLoopback = allowLoopback && isLoopbackHost(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback) ? undefined : 'must be an https URL';
}
