import * as z from 'zod/mini';
import { OUTCOMES } from '../core/outcome.ts';
import type { TaskEvent } from '../core/task-event.ts';

const text = z.exactOptional(z.string());
const count = z.exactOptional(z.number());

/** What this function reads of a `TaskEvent`. Fields that it does not know are let through, so that events can grow. */
const eventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.templateLiteral(['apig.task.', z.enum(OUTCOMES)]),
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  data: z.looseObject({
    task_id: z.string(),
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

/** SNS around an event, where its subscription has no raw delivery. */
const envelopeSchema = z.object({
  Type: z.literal('Notification'),
  Message: z.string(),
  MessageAttributes: z._default(z.record(z.string(), z.object({ Value: z.string() })), {}),
});

const MAX_REASON_UNITS = 200;

/** A queue record, understood or not. `channel` is the only one that a replay is meant for. */
export type ReadRecord = { kind: 'event'; event: TaskEvent; channel?: string } | { kind: 'malformed'; reason: string };

/** The part of an SQS record that is read here. */
export type QueueRecord = {
  body: string;
  messageAttributes?: Record<string, { stringValue?: string | undefined }>;
};

/** Reads an event, bare (raw delivery) or in its SNS envelope. The record's own `channel` attribute wins over the envelope's. */
export function readRecord(record: QueueRecord): ReadRecord {
  const outer = parseJson(record.body);
  const envelope = z.safeParse(envelopeSchema, outer);
  const parsed = z.safeParse(eventSchema, envelope.success ? parseJson(envelope.data.Message) : outer);
  if (!parsed.success) return { kind: 'malformed', reason: describe(parsed.error) };
  const channel = record.messageAttributes?.channel?.stringValue ?? envelope.data?.MessageAttributes.channel?.Value;
  return { kind: 'event', event: parsed.data, ...(channel ? { channel } : {}) };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function describe({ issues }: z.core.$ZodError): string {
  const fields = issues.map(({ path }) => path.join('.')).filter((field) => field !== '');
  if (fields.length === 0) return 'the body is no JSON object';
  return `not a task event: ${fields.join(', ')}`.slice(0, MAX_REASON_UNITS);
}
