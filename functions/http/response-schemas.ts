import * as z from 'zod/mini';
import { OUTCOMES } from '../names.ts';
import { SCOPES } from './api-keys.ts';
import { idSchema } from './request-schemas.ts';

// Only types of this file reach the Lambda: the schemas describe the answers in openapi.json.

const text = z.string();
const optionalText = z.optional(text);
const count = z.optional(z.int().check(z.gte(0)));
const time = z.iso.datetime();

export const taskErrorSchema = z.strictObject({
  code: text,
  message: text,
  request_id: optionalText,
  http_status: z.optional(z.int()),
  help: optionalText,
});

const answersField = z.optional(z.array(z.strictObject({ task_status: text, at: time })));

const identity = {
  task_id: idSchema,
  instance_id: text,
  project_id: text,
  profile: text,
  label: optionalText,
  context: z.optional(z.record(text, text)),
  group_name: optionalText,
  watch: count,
  /** Scheme, host and port of the `callback_url`; its path and query may hold a secret. */
  callback_origin: optionalText,
  registered_at: time,
  group_id: optionalText,
  environment_id: optionalText,
  file: z.optional(z.strictObject({ name: text, size_bytes: z.int(), sha256: text })),
  publish_to: optionalText,
  registered_by: optionalText,
};

export const pendingTaskSchema = z.strictObject({
  ...identity,
  state: z.literal('pending'),
  /** As Huawei last said it to this process; `waiting` where it has not asked. */
  status: text,
  task_type: optionalText,
  answers: answersField,
  deadline_at: time,
  next_poll_at: time,
  last_error: z.optional(taskErrorSchema),
  warnings: z.optional(z.array(text)),
});

export const summarySchema = z.strictObject({
  created: count,
  updated: count,
  failed: count,
  ignored: count,
  published: count,
  unpublished: count,
  group_id: optionalText,
  file_name: optionalText,
  size_bytes: count,
});

const entries = z.array(z.record(text, z.unknown()));
const extra = z.optional(z.record(text, z.unknown()));

const storedFile = { media_type: text, size_bytes: z.int(), sha256: text };

export const resultSchema = z.union([
  z.strictObject({
    kind: z.literal('import'),
    group_id: optionalText,
    success: entries,
    failure: entries,
    ignore: z.optional(entries),
    swagger: z.optional(z.record(text, z.unknown())),
    published: count,
    publish_failures: z.optional(entries),
    extra,
  }),
  z.strictObject({
    kind: z.literal('export'),
    file_name: optionalText,
    file_type: optionalText,
    ...z.partial(z.strictObject(storedFile)).shape,
    definition_url: optionalText,
    /** Where a document too large for an answer lies, for a few minutes. */
    download_url: optionalText,
    extra,
  }),
  z.strictObject({
    kind: z.literal('failure'),
    error_code: optionalText,
    error_msg: optionalText,
    help: optionalText,
    extra,
  }),
  z.strictObject({ kind: z.literal('none'), extra }),
  z.strictObject({ kind: z.literal('raw'), raw: text, reason: text, extra }),
  z.strictObject({
    kind: z.literal('stored'),
    kind_stored: text,
    ...storedFile,
    download_url: optionalText,
    failure: z.optional(entries),
  }),
]);

export const deliverySchema = z.strictObject({
  channel: text,
  status: z.enum(['delivered', 'failed', 'gone']),
  at: time,
  attempts: z.int(),
  http_status: z.optional(z.int()),
  reason: optionalText,
});

const finalFields = {
  ...identity,
  state: z.literal('final'),
  outcome: z.enum(OUTCOMES),
  task_type: optionalText,
  task_status: optionalText,
  completed_at: time,
  polls: count,
  summary: summarySchema,
  error: z.optional(taskErrorSchema),
  help: optionalText,
  first_failure: z.optional(z.record(text, z.unknown())),
  deliveries: z.optional(z.array(deliverySchema)),
  expires_at: time,
};

export const finalTaskSchema = z.strictObject({ ...finalFields, answers: answersField, result: resultSchema });
/** A final task in a listing: without its result. */
export const listedResultSchema = z.strictObject(finalFields);

export const taskSchema = z.union([pendingTaskSchema, finalTaskSchema]);

export const taskPageSchema = z.strictObject({
  items: z.array(z.union([pendingTaskSchema, listedResultSchema])),
  next_cursor: optionalText,
});

export const recentEndSchema = z.strictObject({
  task_id: text,
  outcome: z.enum(OUTCOMES),
  completed_at: time,
  seconds: z.optional(z.number()),
});

export const statsLabelSchema = z.strictObject({
  label: optionalText,
  count: z.int(),
  success_rate: z.number(),
  p50_seconds: z.optional(z.number()),
  p95_seconds: z.optional(z.number()),
  newest: recentEndSchema,
});

export const statsSchema = z.strictObject({
  since: z.optional(time),
  counted: z.int(),
  is_complete: z.boolean(),
  oldest_at: z.optional(time),
  pending: z.int(),
  outcomes: z.record(z.enum(OUTCOMES), z.int()),
  labels: z.array(statsLabelSchema),
  omitted_labels: z.int(),
  recent: z.array(recentEndSchema),
});

export const problemSchema = z.strictObject({
  type: text,
  title: text,
  status: z.int(),
  detail: text,
  instance: optionalText,
  errors: z.optional(z.array(z.strictObject({ detail: text, pointer: optionalText, parameter: optionalText }))),
  request_id: optionalText,
  error_code: optionalText,
  error_msg: optionalText,
  help: optionalText,
  huawei_request_id: optionalText,
  group_id: optionalText,
  group_name: optionalText,
  started_at: z.optional(time),
  task_id: optionalText,
});

export const batchEntryAnswerSchema = z.strictObject({
  task_id: optionalText,
  status: z.int(),
  task: z.optional(z.union([pendingTaskSchema, finalTaskSchema, listedResultSchema])),
  problem: z.optional(problemSchema),
});

export const batchAnswerSchema = z.strictObject({ tasks: z.array(batchEntryAnswerSchema) });

export const notificationAnswerSchema = z.strictObject({ task_id: text, event_id: text, channel: optionalText });
export const callerSchema = z.strictObject({ name: optionalText, scopes: z.array(z.enum(SCOPES)) });
export const channelsSchema = z.strictObject({ channels: z.optional(z.array(text)) });
export const healthSchema = z.strictObject({ status: z.literal('ok') });
