import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { alarmProblems, alarmsSchema } from './alarm-settings.ts';
import { endpointsSchema, isPlain } from './endpoints.ts';
import { emails, flag, recipients, whole } from './setting-kinds.ts';
import { SettingsError, settingsProblems } from './settings-problems.ts';
import { describeSettings } from './settings-table.ts';

const STACK_NAME_RULE = 'must start with a letter, and have at most 64 letters (A to Z, a to z), digits and hyphens';
const ORIGIN_RULE = 'must be an origin: its scheme and host, without a path, like "https://status.example.com"';
const PUBLIC_URL_RULE = 'must be a URL without user info, query and fragment, like "https://tasks.example.com"';
const TAGS_RULE = 'must be an object of strings, like {"team": "platform"}';

/** Days that CloudWatch Logs can keep a log group. Source: PutRetentionPolicy. */
export const RETENTION_DAYS = [
  ...([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096] as const),
  ...([1827, 2192, 2557, 2922, 3288, 3653] as const),
];

const apiSchema = z
  .strictObject({
    publicUrl: z
      .url({ protocol: /^https?$/, error: PUBLIC_URL_RULE, abort: true })
      .refine((text) => isPlain(new URL(text)), PUBLIC_URL_RULE)
      .optional()
      .describe('Base of the result links in messages, if the API has a custom domain. Default: the API URL.'),
    corsOrigins: z
      .array(
        z.string(ORIGIN_RULE).regex(/^(\*|https?:\/\/(\*|[^/\s*]+))$/, ORIGIN_RULE),
        'must be a list of origins, like ["https://status.example.com"]',
      )
      .default([])
      .describe('Origins whose pages may call the API. Empty: CORS is off.'),
    defaultEndpoint: flag
      .default(true)
      .describe(
        'Whether the API answers at its `execute-api` address. Switch it off once `publicUrl` is a custom domain that maps ' +
          'to this API.',
      ),
    requestsPerSecond: whole(1, 10_000)
      .default(10)
      .describe(
        'Sustained requests per second before API Gateway answers 429. It also bounds what a flood of requests without a ' +
          'key can cost: see ApiFlooded in docs/operations.md.',
      ),
    burst: whole(1, 5_000).default(100).describe('Requests that may arrive at once before API Gateway answers 429.'),
  })
  .refine(({ defaultEndpoint, publicUrl }) => defaultEndpoint || publicUrl !== undefined, {
    path: ['defaultEndpoint'],
    error: 'must be true without api.publicUrl: there would be no address left',
  })
  .prefault({})
  .describe('The HTTP API.');

/** The deployment's settings file. Every field has a default, so `{}` deploys a working stack. */
export const settingsSchema = z.strictObject({
  $schema: z.string('must be a string').optional().describe('For editors: the JSON schema of this file.'),
  stackName: z
    .string(STACK_NAME_RULE)
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, STACK_NAME_RULE)
    .default('ApigTaskNotifier')
    .describe('Name of the CloudFormation stack, and the `service` dimension of its metrics.'),
  alertEmails: recipients
    .default([])
    .describe(
      'E-mail addresses that are notified when tasks end: all of them, or with `{"address": …, "outcomes": ["failed"]}` those ' +
        'with these outcomes. Each must confirm the mail from SNS.',
    ),
  operatorEmails: emails
    .optional()
    .describe(
      'E-mail addresses that are notified when an operator must fix something. Default: the addresses of `alertEmails`.',
    ),
  channels: flag
    .default(false)
    .describe(
      'Post to Slack, Teams and PagerDuty. Channels and rules are in the channels secret. Switching it off deletes that secret, the queue and the ' +
        'dead-letter queue with all their messages.',
    ),
  starts: flag
    .default(false)
    .describe(
      'Serve `POST /imports` and `POST /exports` (docs/starts.md). A function of its own uses the keys of the Huawei secret to start them. ' +
        'Switching it off deletes the table of idempotency keys.',
    ),
  chatTopic: flag
    .default(false)
    .describe(
      'Add a topic for Amazon Q Developer in chat applications (Slack, Teams). Switching it off deletes the topic with ' +
        'its subscriptions.',
    ),
  webhooks: flag
    .default(true)
    .describe(
      'Deliver events to the `callback_url` of a task or profile. Switching it off deletes the queue and the dead-letter ' +
        'queue; undelivered events are lost.',
    ),
  shards: whole(1, 100)
    .default(1)
    .describe('Number of pollers that run in parallel, each for its share of the pending tasks.'),
  pollMinIntervalMs: whole(1000, 300_000)
    .optional()
    .describe('Shortest time between two polls of a task, in milliseconds; used while the task is new. Default: 2000.'),
  taskDeadlineHours: whole(1, 168).default(24).describe('Hours after which an unfinished task ends as `expired`.'),
  resultRetentionDays: z
    .literal(RETENTION_DAYS, `must be one of ${RETENTION_DAYS.join(', ')}`)
    .default(90)
    .describe('Days that a result is kept, with its exported document and other files; fixed when it is stored.'),
  logRetentionDays: z
    .literal(RETENTION_DAYS, `must be one of ${RETENTION_DAYS.join(', ')}`)
    .default(30)
    .describe('Days that logs are kept.'),
  secretMaxAgeSeconds: whole(1, 3600).default(300).describe('Seconds that a function caches a secret.'),
  terminationProtection: flag
    .default(false)
    .describe(
      'Protect the stack against deletion. CloudFormation refuses to delete it until this is off and deployed.',
    ),
  dataRemoval: z
    .enum(['retain', 'destroy'], 'must be "retain" or "destroy"')
    .default('retain')
    .describe(
      'Whether tables and files are kept when the stack is deleted. `retain` also protects the tables against deletion; ' +
        '`destroy` deletes them with everything in them.',
    ),
  architecture: z
    .enum(['arm64', 'x86_64'], 'must be "arm64" or "x86_64"')
    .default('arm64')
    .describe('Processor architecture of the functions.'),
  // Lambda's minimum for a queue. Five each would be all that a new account has.
  workerConcurrency: whole(2, 1000)
    .default(2)
    .describe(
      'Number of runs that each delivery queue may have at the same time. A new account has 10 concurrent executions in ' +
        'all, which the poller and the API need as well.',
    ),
  // Below 192 MB hardly more than the program itself would fit.
  pollerMemoryMb: whole(192, 3008)
    .default(256)
    .describe('Memory of the poller, in MB. More memory also means more CPU and a larger maximum export.'),
  api: apiSchema,
  alarms: alarmsSchema,
  endpoints: endpointsSchema,
  allowLoopbackCallbacks: flag
    .default(false)
    .describe('Allow plain http to this machine for webhook addresses. For tests on an emulator only.'),
  tags: z
    .record(
      z
        .string()
        .min(1, 'must not be empty')
        .max(128, 'must have at most 128 characters')
        .regex(/^(?![aA][wW][sS]:)/, 'must not start with "aws:", which AWS reserves'),
      z.string('must be a string').max(256, 'must have at most 256 characters'),
      TAGS_RULE,
    )
    .default({})
    .describe('Tags for every resource in the stack.'),
});

/** Settings with every default filled in. */
export type Settings = z.infer<typeof settingsSchema>;

/** Checks settings and fills in defaults. Throws one `SettingsError` that lists every problem by its path. */
export function parseSettings(input: unknown, source = 'settings'): Settings {
  const parsed = settingsSchema.safeParse(input);
  const problems = parsed.success ? alarmProblems(parsed.data) : settingsProblems(parsed.error.issues, knownPaths());
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new SettingsError(`${source} has ${problems.length} problem(s):\n- ${problems.join('\n- ')}`);
}

function knownPaths(): string[] {
  return describeSettings(settingsSchema).map(({ path }) => path);
}

/** Reads a settings file; one that does not exist counts as empty unless it was `required`. Throws `SettingsError`. */
export function readSettings(file: string, options: { required: boolean }): Settings {
  if (!existsSync(file) && !options.required) return parseSettings({});
  return parseSettings(parseJson(readText(file), file), file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new SettingsError(`the settings file ${file} ${isAbsent ? 'does not exist' : 'cannot be read'}`, { cause });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.trim() || '{}');
  } catch (cause) {
    throw new SettingsError(`${file} is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
