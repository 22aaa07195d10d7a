import * as z from 'zod/mini';
import type { Trigger } from '../polling/lease.ts';
import { parseJson } from '../tasks/json.ts';

const shard = z.object({ segment: z.int().check(z.gte(0)), totalSegments: z.int().check(z.gte(1)) });
const wake = z.object({ ...shard.shape, dueMs: z.int() });
const records = z.object({ Records: z.tuple([z.object({ body: z.string() })]) });

/**
 * What called the poller: its schedule with `{segment, totalSegments}` (a person's hand may do the same), or the wake
 * queue with one message. Throws `ZodError` for anything else.
 */
export function readTrigger(event: unknown): Trigger {
  const delivery = records.safeParse(event);
  if (!delivery.success) return { shard: shard.parse(event) };
  const { dueMs, ...woken } = wake.parse(parseJson(delivery.data.Records[0].body));
  return { shard: woken, dueMs };
}
