import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { validateProfiles } from '../functions/adapters/huawei/validate-profiles.ts';
import { readEnvironment } from '../functions/config.ts';
import { ConfigError } from '../functions/core/errors.ts';
import type { Profile, Profiles } from '../functions/core/profile.ts';
import { signingSecretProblems } from '../functions/core/webhook-keys.ts';

const text = z.optional(z.string());
const whole = ({ min = 0, max }: { min?: number; max: number }) => {
  const isWithin = (digits: string) => /^\d{1,12}$/.test(digits) && Number(digits) >= min && Number(digits) <= max;
  const complaint = `must be a whole number from ${min} to ${max}`;
  return z.pipe(z.string().check(z.refine(isWithin, complaint)), z.transform(Number));
};

/** The environment of `npm start`; README has the table. */
const localEnvironment = z.object({
  PORT: z._default(whole({ max: 65_535 }), 3000),
  HOST: z._default(z.string(), '127.0.0.1'),
  DATA_DIR: z._default(z.string(), '.data'),
  API_KEYS: text,
  POLL_MIN_INTERVAL_MS: z.optional(whole({ min: 1, max: 300_000 })),
  TASK_DEADLINE_MS: z._default(whole({ max: 30 * 86_400_000 }), 86_400_000),
  SLACK_WEBHOOK_URL: text,
  SMTP_URL: text,
  ALERT_EMAILS: text,
  WEBHOOK_SECRETS: text,
  ALLOW_LOOPBACK_CALLBACKS: z._default(z.string(), 'true'),
  HUAWEICLOUD_PROFILES_FILE: text,
  HUAWEICLOUD_APIG_ENDPOINT: text,
  HUAWEICLOUD_IAM_ENDPOINT: text,
});

/** Fields of the `default` profile and the variables they come from; the SDK's names where it has them. */
const PROFILE_VARIABLES = {
  region: 'HUAWEICLOUD_REGION',
  project_id: 'HUAWEICLOUD_SDK_PROJECT_ID',
  instance_id: 'HUAWEICLOUD_INSTANCE_ID',
  ak: 'HUAWEICLOUD_SDK_AK',
  sk: 'HUAWEICLOUD_SDK_SK',
  security_token: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  domain_name: 'HUAWEICLOUD_DOMAIN_NAME',
  user_name: 'HUAWEICLOUD_USER_NAME',
  password: 'HUAWEICLOUD_PASSWORD',
  auth_token: 'HUAWEICLOUD_AUTH_TOKEN',
} as const satisfies Partial<Record<keyof Profile, string>>;

const CREDENTIALS = ['ak', 'sk', 'domain_name', 'user_name', 'password', 'auth_token'] as const;

export type LocalConfig = z.infer<typeof localEnvironment> & {
  /** Undefined when the environment has no Huawei credentials at all: then the simulator stands in. */
  profiles: Profiles | undefined;
  /** What the `default` profile signs webhooks with, newest first; for the simulator's too. */
  webhookSecrets: string[];
  apiKeys: string[];
  alertEmails: string[];
};

/** Reads the environment of `npm start`. Throws `ConfigError` with names and no values. */
export function readLocalConfig(environment: NodeJS.ProcessEnv): LocalConfig {
  const env = readEnvironment(localEnvironment, environment);
  if (env.SMTP_URL !== undefined && !env.ALERT_EMAILS) throw new ConfigError(['SMTP_URL is set, ALERT_EMAILS is not']);
  const webhookSecrets = list(env.WEBHOOK_SECRETS);
  const problems = signingSecretProblems('WEBHOOK_SECRETS', webhookSecrets);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...env,
    profiles: withSecrets(readProfiles(environment, env), webhookSecrets),
    webhookSecrets,
    apiKeys: list(env.API_KEYS),
    alertEmails: list(env.ALERT_EMAILS),
  };
}

function readProfiles(environment: NodeJS.ProcessEnv, env: z.infer<typeof localEnvironment>): Profiles | undefined {
  const fields = Object.entries(PROFILE_VARIABLES).map(([field, variable]) => [field, environment[variable]] as const);
  const own = Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== ''));
  const hasCredentials = CREDENTIALS.some((field) => own[field] !== undefined);
  if (!hasCredentials && env.HUAWEICLOUD_PROFILES_FILE === undefined) return undefined;
  const endpoints = { apig: env.HUAWEICLOUD_APIG_ENDPOINT, iam: env.HUAWEICLOUD_IAM_ENDPOINT };
  const file = env.HUAWEICLOUD_PROFILES_FILE;
  const stored = file === undefined ? {} : validateProfiles(readFile(file), endpoints);
  return validateProfiles({ profiles: { ...stored, ...(hasCredentials && { default: own }) } }, endpoints);
}

/** Secrets of the environment take the place of those in a file. */
function withSecrets(profiles: Profiles | undefined, webhook_secrets: string[]): Profiles | undefined {
  if (profiles === undefined || webhook_secrets.length === 0) return profiles;
  const { default: named } = profiles;
  if (named === undefined) throw new ConfigError(['WEBHOOK_SECRETS is for the profile "default", which is not there']);
  return { ...profiles, default: { ...named, webhook_secrets } };
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError([`HUAWEICLOUD_PROFILES_FILE cannot be read (${(cause as NodeJS.ErrnoException).code})`]);
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
