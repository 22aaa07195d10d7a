import * as z from 'zod/mini';
import type { TaskEvent } from '../../messages/task-event.ts';
import { OUTCOMES } from '../../names.ts';
import { parseJson } from '../../tasks/json.ts';
import { describeMalformed, type QueueRecord } from '../queue-record.ts';

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

/** A queue record, understood or not. `channel` is the only one that a replay is meant for. */
export type ReadRecord = { kind: 'event'; event: TaskEvent; channel?: string } | { kind: 'malformed'; reason: string };

/** Reads an event, bare (raw delivery) or in its SNS envelope. The record's own `channel` attribute wins over the envelope's. */
export function readRecord(record: QueueRecord): ReadRecord {
  const outer = parseJson(record.body);
  const envelope = z.safeParse(envelopeSchema, outer);
  const parsed = z.safeParse(eventSchema, envelope.success ? parseJson(envelope.data.Message) : outer);
  if (!parsed.success) return { kind: 'malformed', reason: describeMalformed(parsed.error) };
  const channel = record.messageAttributes?.channel?.stringValue ?? envelope.data?.MessageAttributes.channel?.Value;
  return { kind: 'event', event: parsed.data, ...(channel ? { channel } : {}) };
}
