import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createPollerRuntime, readTrigger } from './poll-tasks.ts';
import { telemetryOf } from './telemetry.ts';

const runtime = createPollerRuntime();

/**
 * Called by EventBridge Scheduler once a minute and shard, and by the wake queue for a point that is due; throws what it
 * cannot do.
 */
export const handler = middy()
  .use(telemetryOf(runtime.telemetry))
  .handler((event: unknown, context: Context) =>
    runtime.poll(readTrigger(event), { remainingMs: context.getRemainingTimeInMillis() }),
  );
