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
});

const runtime = createPollerRuntime();

/** Called by EventBridge Scheduler once a minute and shard with `{segment, totalSegments}`; throws what it cannot do. */
export const handler = middy()
  .use(telemetryOf(runtime.telemetry))
  .handler((event: unknown, context: Context) =>
    runtime.poll({
      segment: eventSchema.parse(event),
      stopAtMs: runtime.clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS,
    }),
  );
