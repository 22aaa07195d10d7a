import { callbackProblem } from '../functions/channels/webhook/callback-url.ts';
import type { Profile, Profiles } from '../functions/huawei/profile.ts';
import { type Finding, fail, ok } from './check.ts';

/**
 * Whether profiles that ask for webhooks can have them: a callback that may be posted to, and something to sign with.
 * Posts nothing. Of a callback only its origin is shown, for path and query may hold a secret.
 */
export function checkWebhooks(
  profiles: Profiles,
  { allowLoopbackCallbacks }: { allowLoopbackCallbacks: boolean },
): Finding[] {
  return Object.entries(profiles)
    .filter(([, { callback_url, webhook_secrets }]) => callback_url !== undefined || webhook_secrets !== undefined)
    .map(([name, profile]) => judge(`webhooks ${name}`, profile, allowLoopbackCallbacks));
}

function judge(
  check: string,
  { callback_url, webhook_secrets = [] }: Profile,
  allowLoopbackCallbacks: boolean,
): Finding {
  const problem = callback_url === undefined ? undefined : callbackProblem(callback_url, allowLoopbackCallbacks);
  if (problem !== undefined)
    return fail(
      check,
      `its callback_url ${problem}, so every event is refused`,
      'give the profile another callback_url',
    );
  if (webhook_secrets.length === 0)
    return fail(
      check,
      'it has a callback_url and no webhook_secrets, so no event is sent',
      'add "webhook_secrets": ["whsec_…"] to the profile; docs/webhooks.md says how to make one',
    );
  const origin = callback_url === undefined ? 'what a registration names' : new URL(callback_url).origin;
  return ok(check, `signs for ${origin} with ${webhook_secrets.length === 1 ? 'one secret' : 'two secrets'}`);
}
