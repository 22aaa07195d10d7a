import { encryptionFor } from '../functions/channels/email/smtp.ts';
import { parseRouting } from '../functions/channels/routing.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

type Channels = { slackUrl: string | undefined; smtpUrl: string | undefined; emails: readonly string[] };

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
/** Entries that may be repeated; a URL with a password, put here by mistake, may not. */
const HARMLESS = /^[\w.+@-]{1,64}$/;

/** What is wrong with the settings of chat and e-mail, by variable; a URL is a secret and never repeated. */
export function channelProblems({ slackUrl, smtpUrl, emails }: Channels): string[] {
  return [
    ...(slackUrl === undefined ? [] : problemsOf(() => parseRouting({ webhook_url: slackUrl }))),
    ...(smtpUrl === undefined ? [] : problemsOf(() => encryptionFor(smtpUrl))),
    ...(smtpUrl !== undefined && emails.length === 0 ? ['SMTP_URL is set but ALERT_EMAILS is not: set both'] : []),
    ...(smtpUrl === undefined && emails.length > 0 ? ['ALERT_EMAILS is set but SMTP_URL is not: set both'] : []),
    ...emails.flatMap(addressProblem),
  ];
}

function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.replace('webhook_url:', 'SLACK_WEBHOOK_URL'));
  }
}

/** `you@example.com`, or `You <you@example.com>`. */
function addressProblem(entry: string, index: number): string[] {
  const address = /<([^<>]*)>$/.exec(entry)?.[1] ?? entry;
  if (ADDRESS.test(address) && !address.includes('://')) return [];
  const named = HARMLESS.test(entry) ? `"${entry}"` : `entry ${index + 1}`;
  return [`ALERT_EMAILS: ${named} is not an e-mail address, like you@example.com`];
}
