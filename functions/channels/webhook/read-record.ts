import * as z from 'zod/mini';
import { parseJson } from '../../tasks/json.ts';
import { describeMalformed, type QueueRecord } from '../queue-record.ts';

/** What this function reads of a `TaskEvent`; the rest of the body is passed on unseen. The id becomes a header. */
const eventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().check(z.regex(/^[\x21-\x7e]{1,256}$/)),
  data: z.looseObject({ task_id: z.string().check(z.minLength(1)) }),
});

/** A queue record, understood or not. `channel` is the only one that a replay is meant for. */
export type ReadRecord =
  | { kind: 'event'; eventId: string; taskId: string; channel?: string }
  | { kind: 'malformed'; reason: string };

/** Reads an event as raw delivery brings it, without SNS's envelope: the body goes to the receiver byte for byte. */
export function readRecord({ body, messageAttributes }: QueueRecord): ReadRecord {
  const parsed = z.safeParse(eventSchema, parseJson(body));
  if (!parsed.success) return { kind: 'malformed', reason: describeMalformed(parsed.error) };
  const { id, data } = parsed.data;
  const channel = messageAttributes?.channel?.stringValue;
  return { kind: 'event', eventId: id, taskId: data.task_id, ...(channel ? { channel } : {}) };
}
