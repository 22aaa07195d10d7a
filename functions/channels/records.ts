import * as z from 'zod/mini';
import type { TaskEvent } from '../messages/task-event.ts';
import { OUTCOMES } from '../names.ts';
import { parseJson } from '../tasks/json.ts';

/** The part of an SQS record that is read here. */
export type QueueRecord = {
  body: string;
  messageAttributes?: Record<string, { stringValue?: string | undefined }>;
};

/** A record that was understood, or why not. `body` is the event's JSON; `channel` the one that a replay is for. */
export type ReadRecord =
  | { kind: 'event'; event: TaskEvent; body: string; channel?: string }
  | { kind: 'malformed'; reason: string };

const MAX_REASON_UNITS = 200;
const text = z.exactOptional(z.string());
const count = z.exactOptional(z.number());

/** What channels read of a `TaskEvent`. Unknown fields are let through, so that events can grow. */
const eventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  // It becomes an HTTP header.
  id: z.string().check(z.regex(/^[\x21-\x7e]{1,256}$/)),
  source: z.string(),
  type: z.templateLiteral(['apig.task.', z.enum(OUTCOMES)]),
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  data: z.looseObject({
    task_id: z.string().check(z.minLength(1)),
    instance_id: z.string(),
    project_id: z.string(),
    profile: z.string(),
    label: text,
    task_type: z.string(),
    outcome: z.enum(OUTCOMES),
    registered_at: z.string(),
    summary: z.looseObject({
      created: count,
      updated: count,
      failed: count,
      ignored: count,
      group_id: text,
      file_name: text,
      size_bytes: count,
    }),
    error: z.exactOptional(z.looseObject({ code: z.string(), message: z.string(), request_id: text })),
    result_url: z.string(),
    failures: z.exactOptional(z.array(z.looseObject({ method: text, path: text, error_code: text, error_msg: text }))),
  }),
});

/** SNS around an event, when its subscription has no raw delivery. */
const envelopeSchema = z.object({
  Type: z.literal('Notification'),
  Message: z.string(),
  MessageAttributes: z._default(z.record(z.string(), z.object({ Value: z.string() })), {}),
});

/** Reads an event, bare (raw delivery) or in its SNS envelope. The record's own `channel` attribute wins over the envelope's. */
export function readRecord(record: QueueRecord): ReadRecord {
  const envelope = z.safeParse(envelopeSchema, parseJson(record.body));
  const body = envelope.success ? envelope.data.Message : record.body;
  const parsed = z.safeParse(eventSchema, parseJson(body));
  if (!parsed.success) return { kind: 'malformed', reason: describeMalformed(parsed.error) };
  const channel = record.messageAttributes?.channel?.stringValue ?? envelope.data?.MessageAttributes.channel?.Value;
  return { kind: 'event', event: parsed.data, body, ...(channel ? { channel } : {}) };
}

/** The record's own attributes for its next queue. `channel` is first: a queue takes ten, and drops the last ones. */
export function attributesOf({ messageAttributes }: QueueRecord, channel?: string): Record<string, string> {
  const texts = Object.entries(messageAttributes ?? {}).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue]],
  );
  const { channel: asked, ...others } = Object.fromEntries(texts) as Record<string, string>;
  const only = channel ?? asked;
  return only === undefined ? others : { channel: only, ...others };
}

/** Why a body is not a task event, by its fields and never by their values. */
function describeMalformed({ issues }: z.core.$ZodError): string {
  const fields = issues.map(({ path }) => path.join('.')).filter((field) => field !== '');
  if (fields.length === 0) return 'the body is not a JSON object';
  return `not a task event: ${fields.join(', ')}`.slice(0, MAX_REASON_UNITS);
}
