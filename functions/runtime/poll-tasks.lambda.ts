import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { runEnd } from '../polling/run-end.ts';
import { createPollerRuntime } from './poll-tasks.ts';
import { telemetryOf } from './telemetry.ts';

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
    const nowMs = runtime.clock.now();
    const startMs = scheduledTime === undefined ? undefined : Date.parse(scheduledTime);
    const run = { startMs: startMs ?? nowMs, nowMs, remainingMs: context.getRemainingTimeInMillis() };
    return runtime.poll({ segment, startMs, stopAtMs: runEnd(run) });
  });
