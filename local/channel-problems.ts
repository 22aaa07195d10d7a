import { readFileSync } from 'node:fs';
import { encryptionFor, isMailAddress } from '../functions/channels/email/smtp.ts';
import { parseRouting, parseRoutingSecret, type Routing } from '../functions/channels/routing.ts';
import { nearestName, OUTCOMES } from '../functions/names.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

type MailSettings = {
  smtpUrl: string | undefined;
  emails: readonly string[];
  from: string | undefined;
  outcomes: readonly string[];
};

/** Entries that may be repeated; a URL with a password, put here by mistake, may not. */
const HARMLESS = /^[\w.+@-]{1,64}$/;

/** The channels of `SLACK_WEBHOOK_URL` or `CHANNELS_FILE`. Throws `ConfigError`, without a URL or key. */
export function readChannels(slackUrl: string | undefined, file: string | undefined): Routing | undefined {
  if (slackUrl !== undefined && file !== undefined)
    throw new ConfigError(['SLACK_WEBHOOK_URL and CHANNELS_FILE are both set: put the webhook into the file']);
  if (slackUrl !== undefined)
    return naming(
      (problem) => problem.replace('webhook_url:', 'SLACK_WEBHOOK_URL'),
      () => parseRouting({ webhook_url: slackUrl }),
    );
  if (file === undefined) return undefined;
  return naming(
    (problem) => `CHANNELS_FILE: ${problem}`,
    () => parseRoutingSecret(readText(file)),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(['cannot be read']);
  }
}

function naming<T>(name: (problem: string) => string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map(name));
  }
}

/** What is wrong with the settings of e-mail, by variable; a URL is a secret and never repeated. */
export function mailProblems({ smtpUrl, emails, from, outcomes }: MailSettings): string[] {
  const both = (smtpUrl === undefined) === (emails.length === 0);
  return [
    ...(smtpUrl === undefined ? [] : problemsOf(() => encryptionFor(smtpUrl))),
    ...(both
      ? []
      : [smtpUrl === undefined ? `ALERT_EMAILS${UNPAIRED('SMTP_URL')}` : `SMTP_URL${UNPAIRED('ALERT_EMAILS')}`]),
    ...emails.flatMap((entry, index) => addressProblem('ALERT_EMAILS', entry, index)),
    ...(from === undefined ? [] : addressProblem('ALERT_FROM', from, 0)),
    ...outcomes.flatMap(outcomeProblem),
  ];
}

const UNPAIRED = (other: string) => ` is set but ${other} is not: set both`;

function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...error.problems];
  }
}

function addressProblem(variable: string, entry: string, index: number): string[] {
  if (isMailAddress(entry)) return [];
  const named = HARMLESS.test(entry) ? `"${entry}"` : `entry ${index + 1}`;
  return [`${variable}: ${named} is not an e-mail address, like you@example.com`];
}

function outcomeProblem(entry: string, index: number): string[] {
  if (OUTCOMES.some((outcome) => outcome === entry)) return [];
  const meant = nearestName(entry, OUTCOMES);
  const named = HARMLESS.test(entry) ? `"${entry}"` : `entry ${index + 1}`;
  return [
    `ALERT_OUTCOMES: ${named} is not an outcome; ${meant ? `did you mean "${meant}"?` : `there are ${OUTCOMES.join(', ')}`}`,
  ];
}
