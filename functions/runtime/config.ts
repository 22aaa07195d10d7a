import * as z from 'zod/mini';
import { ConfigError } from '../tasks/errors.ts';

const name = z.string().check(z.minLength(1));
const optional = z.optional(z.string());
const positive = z.pipe(
  z.string().check(z.regex(/^[1-9]\d*$/, 'must be a positive whole number')),
  z.transform(Number),
);
const withDefault = (value: number) => z._default(positive, value);

const region = { AWS_REGION: name };
const tables = { PENDING_TABLE: name, RESULTS_TABLE: name };
const files = { ...region, RESULTS_BUCKET: name, AWS_ENDPOINT_URL: optional, AWS_ENDPOINT_URL_S3: optional };
const secrets = { SECRET_MAX_AGE_S: withDefault(300) };
const publishing = {
  TASK_EVENTS_TOPIC_ARN: name,
  TASK_ALERTS_TOPIC_ARN: name,
  CHAT_TOPIC_ARN: optional,
  PUBLIC_URL: optional,
  /** See `readAlertGroups`. */
  ALERT_GROUPS: optional,
};
const interval = z.pipe(positive, z.number().check(z.lte(300_000, 'must be at most 300000')));
const schedule = { POLL_MIN_INTERVAL_MS: z.optional(interval), TASK_DEADLINE_MS: withDefault(86_400_000) };
const waking = { WAKE_QUEUE_URL: name, AWS_ENDPOINT_URL_SQS: optional, SHARDS: withDefault(1) };
const profileParts = { PROFILE_PARTS_TABLE: name };
const huawei = {
  HUAWEI_SECRET_ID: name,
  HUAWEICLOUD_APIG_ENDPOINT: optional,
  HUAWEICLOUD_IAM_ENDPOINT: optional,
};

/** What `poll-tasks` needs to know. */
export const pollerEnvironment = z.object({
  ...tables,
  ...files,
  ...secrets,
  ...publishing,
  ...schedule,
  ...huawei,
  ...profileParts,
  ...waking,
  OPERATOR_TOPIC_ARN: name,
  RESULT_RETENTION_DAYS: withDefault(90),
  /** Megabytes; set by Lambda. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: withDefault(512),
});

/** What `tasks-api` needs to know. */
export const apiEnvironment = z.object({
  ...tables,
  ...files,
  ...secrets,
  ...publishing,
  ...schedule,
  ...waking,
  ...profileParts,
  API_KEYS_SECRET_ID: name,
  ALLOW_LOOPBACK_CALLBACKS: optional,
  /** `false` where there is no function that posts events to callbacks. */
  WEBHOOKS: optional,
  /** `false` where there is no function that tells channels. */
  CHANNELS: optional,
});

/** What `start-tasks` needs to know. */
export const startEnvironment = z.object({
  ...region,
  ...tables,
  ...secrets,
  ...schedule,
  ...huawei,
  ...waking,
  INTENTS_TABLE: name,
  SHARDS: withDefault(1),
  API_KEYS_SECRET_ID: name,
  ALLOW_LOOPBACK_CALLBACKS: optional,
  /** `false` where there is no function that posts events to callbacks. */
  WEBHOOKS: optional,
});

/** What `notify-channels` needs to know. */
export const channelsEnvironment = z.object({
  ...secrets,
  ...region,
  OPERATOR_TOPIC_ARN: name,
  CHANNELS_SECRET_ID: name,
  CHANNELS_QUEUE_URL: name,
  CHANNELS_DEAD_LETTER_QUEUE_URL: name,
  RESULTS_TABLE: name,
  AWS_ENDPOINT_URL: optional,
  AWS_ENDPOINT_URL_SQS: optional,
});

/** What `deliver-webhook` needs to know. */
export const webhookEnvironment = z.object({
  ...region,
  ...profileParts,
  RESULTS_TABLE: name,
  DELIVERY_QUEUE_URL: name,
  WEBHOOK_DEAD_LETTER_QUEUE_URL: name,
  /** `true` lets webhooks be plain http to this machine. */
  ALLOW_LOOPBACK_CALLBACKS: optional,
  AWS_ENDPOINT_URL: optional,
  AWS_ENDPOINT_URL_SQS: optional,
});

/**
 * The environment, validated by one of the schemas above; the one place that reads it.
 * Throws `ConfigError` with every missing or wrong name at once, and no value.
 */
export function readEnvironment<T>(schema: z.ZodMiniType<T>, environment: NodeJS.ProcessEnv = process.env): T {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const path = issue.path.join('.');
      return given[path] === undefined ? `${path} is not set` : `${path} ${issue.message}`;
    }),
  );
}
