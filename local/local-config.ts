import * as z from 'zod/mini';
import { senderOf } from '../functions/channels/email/smtp.ts';
import type { Routing } from '../functions/channels/routing.ts';
import { signingSecretProblems } from '../functions/channels/webhook/settings.ts';
import { apiKeyProblem } from '../functions/http/api-keys.ts';
import type { Profiles } from '../functions/huawei/profiles.ts';
import { OUTCOMES, type Outcome } from '../functions/names.ts';
import { readEnvironment } from '../functions/runtime/config.ts';
import { ConfigError } from '../functions/tasks/errors.ts';
import { mailProblems, readChannels } from './channel-problems.ts';
import { dataFolderProblem } from './data-folder.ts';
import { gather } from './gather-problems.ts';
import { unknownNameProblems, unusedWarning } from './huawei-variables.ts';
import { readKeysFile } from './keys-file.ts';
import { readLocalProfiles } from './local-profiles.ts';
import { publicUrl } from './public-url.ts';
import { port, whole } from './whole-number.ts';

const text = z.optional(z.string());

/** The environment of `npm start`; docs/local.md has the table. */
const localEnvironment = z.object({
  PORT: z._default(port, 3000),
  HOST: z._default(z.string(), '127.0.0.1'),
  PUBLIC_URL: z.optional(publicUrl),
  DATA_DIR: z._default(z.string(), '.data'),
  API_KEYS: text,
  API_KEYS_FILE: text,
  POLL_MIN_INTERVAL_MS: z.optional(whole({ min: 1, max: 300_000 })),
  TASK_DEADLINE_MS: z._default(whole({ min: 1, max: 30 * 86_400_000 }), 86_400_000),
  STARTS: z._default(z.enum(['true', 'false'], 'must be "true" or "false"'), 'true'),
  SLACK_WEBHOOK_URL: text,
  CHANNELS_FILE: text,
  SMTP_URL: text,
  ALERT_EMAILS: text,
  ALERT_FROM: text,
  ALERT_OUTCOMES: text,
  WEBHOOK_SECRETS: text,
  ALLOW_LOOPBACK_CALLBACKS: z._default(z.enum(['true', 'false'], 'must be "true" or "false"'), 'true'),
  /** Of the simulator that stands in; docs/simulator.md. */
  SIMULATOR_PORT: z._default(port, 0),
});

export type LocalConfig = z.infer<typeof localEnvironment> & {
  /** Undefined when the environment has no Huawei credentials at all: then the simulator stands in. */
  profiles: Profiles | undefined;
  /** What the `default` profile signs webhooks with, newest first; for the simulator's too. */
  webhookSecrets: string[];
  apiKeys: string[];
  alertEmails: string[];
  /** Those worth a mail; undefined for all. */
  alertOutcomes: Outcome[] | undefined;
  /** Who mails come from. */
  sender: string | undefined;
  /** The named channels and their rules. */
  channels: Routing | undefined;
  /** About variables that are set and do nothing. */
  warning: string | undefined;
};

/** Reads the environment of `npm start`. Throws `ConfigError` with every problem at once, by name and without secrets. */
export function readLocalConfig(environment: NodeJS.ProcessEnv): LocalConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const problems: string[] = [];
  const env = gather(problems, () => readEnvironment(localEnvironment, given));
  const profiles = gather(problems, () => readLocalProfiles(given));
  const keysFile = given.API_KEYS_FILE;
  gather(problems, () => keysFile !== undefined && readKeysFile(keysFile));
  const webhookSecrets = list(given.WEBHOOK_SECRETS);
  const alertEmails = list(given.ALERT_EMAILS);
  const apiKeys = list(given.API_KEYS);
  const alertOutcomes = list(given.ALERT_OUTCOMES);
  const channels = gather(problems, () => readChannels(given.SLACK_WEBHOOK_URL, given.CHANNELS_FILE));
  problems.push(
    ...unknownNameProblems(given),
    ...apiKeyProblems(apiKeys),
    ...signingSecretProblems('WEBHOOK_SECRETS', webhookSecrets),
    ...mailProblems({ smtpUrl: given.SMTP_URL, emails: alertEmails, from: given.ALERT_FROM, outcomes: alertOutcomes }),
    ...[dataFolderProblem(given.DATA_DIR ?? '.data')].filter((problem) => problem !== undefined),
    ...(profiles && !profiles.default && webhookSecrets.length > 0 ? [NOBODY_SIGNS] : []),
  );
  if (env === undefined || problems.length > 0) throw new ConfigError(problems);
  return {
    ...env,
    profiles: withSecrets(profiles, webhookSecrets),
    webhookSecrets,
    apiKeys,
    alertEmails,
    alertOutcomes: alertOutcomes.length === 0 ? undefined : OUTCOMES.filter((one) => alertOutcomes.includes(one)),
    sender: env.SMTP_URL === undefined ? undefined : senderOf(env.SMTP_URL, env.ALERT_FROM),
    channels,
    warning: unusedWarning(given),
  };
}

const NOBODY_SIGNS = 'WEBHOOK_SECRETS is for the profile "default", which does not exist';

function apiKeyProblems(keys: string[]): string[] {
  return keys.flatMap((key, index) => {
    const problem = apiKeyProblem(key);
    return problem === undefined ? [] : [`API_KEYS: entry ${index + 1} ${problem}`];
  });
}

/** Secrets of the environment take the place of those in a file. */
function withSecrets(profiles: Profiles | undefined, webhook_secrets: string[]): Profiles | undefined {
  if (profiles?.default === undefined || webhook_secrets.length === 0) return profiles;
  return { ...profiles, default: { ...profiles.default, webhook_secrets } };
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
