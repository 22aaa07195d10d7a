import { isIP } from 'node:net';
import { callbackProblem } from '../channels/webhook/callback-url.ts';
import type { ProfileDefaults } from '../huawei/profile.ts';
import { isLoopbackHost } from '../names.ts';
import type { TasksApiDeps } from './deps.ts';

const NEVER = 'could never be delivered to';

/**
 * Why no event of a registration would ever reach its `callback_url`, as far as that is known without a look-up;
 * undefined where it may. A host name is judged at delivery, by the addresses that it then has.
 */
export function callbackRefusal(deps: TasksApiDeps, text: string, profile?: ProfileDefaults): string | undefined {
  const problem = callbackProblem(text, deps.allowLoopbackCallbacks ?? false);
  if (problem !== undefined) return problem;
  if (deps.areWebhooksOff) return `${NEVER}: webhooks are off in this deployment`;
  if (isRefusedHost(deps, new URL(text).hostname)) return `${NEVER}: its host is an address that is not public`;
  return profile?.cannot_sign === undefined ? undefined : `${NEVER}: ${profile.cannot_sign}`;
}

/** The rule of each delivery, for hosts that are an address already. */
function isRefusedHost({ classifyAddress, allowLoopbackCallbacks }: TasksApiDeps, hostname: string): boolean {
  if (isLoopbackHost(hostname)) return !allowLoopbackCallbacks;
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) === 0) return false;
  const kind = classifyAddress?.(literal) ?? 'public';
  return kind === 'internal' || (kind === 'loopback' && !allowLoopbackCallbacks);
}
