import http from 'node:http';
import { ConfigError } from '../functions/tasks/errors.ts';

/**
 * Lets `fetch`, which posts to chat services, go through the proxy in `HTTPS_PROXY`, except to hosts in `NO_PROXY`; polls
 * and sign-ins do so by themselves. Webhooks do not: a proxy would connect them to addresses that nobody has checked.
 * Returns what undoes it. Throws `ConfigError` without the value, which may hold a password.
 */
export function useProxy(environment: NodeJS.ProcessEnv): () => void {
  const { https_proxy, HTTPS_PROXY, no_proxy, NO_PROXY } = environment;
  const proxy = https_proxy || HTTPS_PROXY;
  // Node has it since 24.14.
  if (!proxy || http.setGlobalProxyFromEnv === undefined) return () => {};
  try {
    return http.setGlobalProxyFromEnv({ HTTPS_PROXY: proxy, NO_PROXY: no_proxy ?? NO_PROXY ?? '' });
  } catch {
    throw new ConfigError(['HTTPS_PROXY is not the URL of a proxy, which looks like http://host:port']);
  }
}
