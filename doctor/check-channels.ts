import type { NamedChannel } from '../functions/channels/channel.ts';
import { probeSmtp } from '../functions/channels/email/smtp.ts';
import { callbackProblem } from '../functions/channels/webhook/settings.ts';
import type { Profile, Profiles } from '../functions/huawei/profiles.ts';
import { type Check, type Finding, fail, ok } from './check.ts';

const TIMEOUT_MS = 10_000;

/** Asks each named channel whether it works, without posting anything. */
export async function checkChannels(channels: Iterable<NamedChannel>): Promise<Finding[]> {
  return Promise.all(
    [...channels].map(async (channel) => ({
      check: `${channel.kind} ${channel.name}`,
      ...(await channel.probe(TIMEOUT_MS)),
    })),
  );
}

/** Connects, encrypts and signs in to the mail server, and asks whether it takes sender and recipients; sends nothing. */
export function smtpCheck(url: string, recipients: readonly string[]): Check {
  const name = 'smtp';
  return {
    name,
    async run() {
      const problems = await probeSmtp(url, recipients);
      if (problems.length === 0) return [ok(name, 'the mail server accepts the login, the sender and every recipient')];
      return problems.map(({ code, recipient }) =>
        recipient === undefined
          ? fail(name, code, 'check host, port, user and password in SMTP_URL')
          : fail(
              name,
              `${code} for ${recipients[recipient]}`,
              'the mail server refuses the sender or this address: check ALERT_EMAILS, and what the server lets this user send',
            ),
      );
    },
  };
}

/**
 * Whether profiles that use webhooks can have them: a callback that may be posted to, and a signing secret. Posts
 * nothing. Of a callback only its origin is shown, because path and query may hold a secret.
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
      'add "webhook_secrets": ["whsec_…"] to the profile; docs/webhooks.md shows how to make one',
    );
  const origin = callback_url === undefined ? 'the callback_url of each registration' : new URL(callback_url).origin;
  return ok(check, `signs for ${origin} with ${webhook_secrets.length === 1 ? 'one secret' : 'two secrets'}`);
}
