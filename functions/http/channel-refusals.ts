import { isIP } from 'node:net';
import { WEBHOOK_CHANNEL } from '../channels/channel.ts';
import { callbackProblem } from '../channels/webhook/settings.ts';
import type { ProfileDefaults } from '../huawei/profile-parts.ts';
import { isLoopbackHost } from '../names.ts';
import type { TaskResult } from '../tasks/result.ts';
import type { RegistrationDeps } from './deps.ts';
import { HttpProblem } from './problem.ts';
import { invalid } from './read-request.ts';

const UNUSABLE = 'cannot be used';

/**
 * Why no event of a registration would ever reach its `callback_url`, as far as that is known without a look-up;
 * undefined where it may. A host name is judged at delivery, by the addresses that it then has.
 */
export function callbackRefusal(deps: RegistrationDeps, text: string, profile?: ProfileDefaults): string | undefined {
  const problem = callbackProblem(text, deps.allowLoopbackCallbacks ?? false);
  if (problem !== undefined) return problem;
  if (deps.areWebhooksOff) return `${UNUSABLE}: webhooks are off in this deployment`;
  if (isRefusedHost(deps, new URL(text).hostname)) return `${UNUSABLE}: its host is not a public address`;
  return profile?.cannot_sign === undefined ? undefined : `${UNUSABLE}: ${profile.cannot_sign}`;
}

/** The rule of each delivery, for hosts that are an address already. */
function isRefusedHost({ classifyAddress, allowLoopbackCallbacks }: RegistrationDeps, hostname: string): boolean {
  if (isLoopbackHost(hostname)) return !allowLoopbackCallbacks;
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) === 0) return false;
  const kind = classifyAddress?.(literal) ?? 'public';
  return kind === 'internal' || (kind === 'loopback' && !allowLoopbackCallbacks);
}

/** Passes a channel that a result can be sent to as far as the API knows; 400 or 409 for one that it cannot. */
export function requireChannel(deps: RegistrationDeps, { taskId, callbackUrl }: TaskResult, channel: string): void {
  if (channel !== WEBHOOK_CHANNEL) requireNamedChannel(deps, channel);
  else if (deps.areWebhooksOff) throw refused('names webhooks, which are off in this deployment');
  else if (callbackUrl === undefined) {
    throw new HttpProblem(409, `Task "${taskId}" has no callback_url.`, { kind: 'no-webhook' });
  }
}

function requireNamedChannel({ channels: known }: RegistrationDeps, channel: string): void {
  if (known === undefined || known.includes(channel)) return;
  if (known.length === 0) throw refused('names a channel, but channels are off in this deployment');
  throw refused(`is not a known channel. Known channels: ${[...known, WEBHOOK_CHANNEL].join(', ')}`);
}

function refused(detail: string): HttpProblem {
  return invalid([{ pointer: '#/channel', detail }]);
}
