import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { telemetryOf } from './middleware/telemetry-of.ts';
import { createPollerRuntime } from './runtime/poller.ts';

/** Kept back at the end of an invocation for polls and settlements under way. */
const RESERVE_MS = 15_000;

const eventSchema = z.object({
  segment: z.number().check(z.gte(0)),
  totalSegments: z.number().check(z.gte(1)),
  scheduledTime: z.catch(z.optional(z.iso.datetime()), undefined),
});

const runtime = createPollerRuntime();

/**
 * Called by EventBridge Scheduler once a minute and shard with `{segment, totalSegments, scheduledTime}`; throws what it
 * cannot do. The window is the minute from `scheduledTime` on, so that no second is left out or covered twice, whenever
 * in the minute the schedule was created and however late it calls. By hand the time can be left out.
 */
export const handler = middy()
  .use(telemetryOf(runtime.telemetry))
  .handler((event: unknown, context: Context) => {
    const { scheduledTime, ...segment } = eventSchema.parse(event);
    return runtime.poll({
      segment,
      ...(scheduledTime !== undefined && { startMs: Date.parse(scheduledTime) }),
      stopAtMs: runtime.clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS,
    });
  });
