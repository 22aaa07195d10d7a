import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { TaskEvent } from '../messages/task-event.ts';
import { type MetricName, OUTCOMES } from '../names.ts';
import { parseJson } from '../tasks/json.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Delivery is tried for this long after the first attempt. */
export const RETRY_FOR_MS = 24 * HOUR_MS;
/** SQS hides a message for at most 12 hours from its receipt, the attempt itself included. */
export const MAX_RETRY_DELAY_MS = 12 * HOUR_MS - 10 * MINUTE_MS;
/** The last attempt is made at the very end of that time; with less than this left, no other one follows. */
const LAST_STEP_MS = MINUTE_MS;

/** Waits after the first, second, … attempt; the last one repeats. */
const STEPS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
] as const;
const LONGEST_STEP_MS = 4 * HOUR_MS;
/** Waits differ by up to a fifth either way, so that messages that failed together do not come back together. */
const JITTER = 0.2;

export type FailedAttempt = {
  /** How many attempts there were, this one included. */
  attempts: number;
  /** When the first one was. */
  firstAtMs: number;
  nowMs: number;
  /** What the receiver asked for in `Retry-After`. */
  retryAfterMs?: number | undefined;
};

/** Without `delayMs` the queue itself decides when. */
export type NextAttempt = { kind: 'retry'; delayMs?: number } | { kind: 'exhausted' };

/** Decides whether and when a failed delivery is tried again. */
export type RetryPolicy = (failed: FailedAttempt) => NextAttempt;

/** Growing waits for 24 hours, never shorter than the receiver asks for. `random` gives 0 ≤ x < 1. */
export function createRetryPolicy(random: () => number) {
  return ({ attempts, firstAtMs, nowMs, retryAfterMs = 0 }: FailedAttempt) => {
    const leftMs = firstAtMs + RETRY_FOR_MS - nowMs;
    if (leftMs < LAST_STEP_MS) return { kind: 'exhausted' } as const;
    const stepMs = STEPS_MS[Math.max(attempts, 1) - 1] ?? LONGEST_STEP_MS;
    const jittered = Math.round(stepMs * (1 - JITTER + 2 * JITTER * random()));
    const delayMs = Math.min(Math.max(jittered, retryAfterMs), leftMs, MAX_RETRY_DELAY_MS);
    return { kind: 'retry', delayMs } as const;
  };
}

/** As often as the queue brings a message before it moves it to the dead letters; the queue decides when. */
export function createReceivePolicy(maxReceives: number): RetryPolicy {
  return ({ attempts }) => (attempts >= maxReceives ? { kind: 'exhausted' } : { kind: 'retry' });
}

/** What differs between the two queues behind `TaskEvents`. */
export type QueueKind = {
  /** Opens each log line. */
  name: string;
  /** Whether undeliverable records go to the dead letters, to be redriven; otherwise the result's note is all that is left. */
  keepsUndelivered: boolean;
  metrics: Record<'delivered' | 'givenBack' | 'failed' | 'deadLettered', MetricName>;
};

/** The queue of the channels that the secret names. */
export const NAMED_CHANNELS: QueueKind = {
  name: 'slack',
  keepsUndelivered: true,
  metrics: {
    delivered: 'SlackDelivered',
    givenBack: 'SlackGivenBack',
    failed: 'NotificationFailures',
    deadLettered: 'NotificationFailures',
  },
};

/** The queue of requesters' own webhooks: a receiver's trouble is its owner's, who sees it on the result. */
export const WEBHOOKS: QueueKind = {
  name: 'webhook',
  keepsUndelivered: false,
  metrics: {
    delivered: 'WebhookDelivered',
    givenBack: 'WebhookRetries',
    failed: 'WebhookFailed',
    deadLettered: 'WebhookDeadLettered',
  },
};

/** How often a queue has handed the record out, this time included. */
export function receivesOf({ attributes }: { attributes: { ApproximateReceiveCount?: string } }): number {
  return Number(attributes.ApproximateReceiveCount) || 1;
}

/** The attempt that failed, as its queue counts. The first receive, not the event's time: a replay comes long after its event. */
export function attemptOf(record: SQSRecord, nowMs: number): FailedAttempt {
  const firstAtMs = Number(record.attributes.ApproximateFirstReceiveTimestamp) || nowMs;
  return { attempts: receivesOf(record), firstAtMs, nowMs };
}

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
    registered_by: text,
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
