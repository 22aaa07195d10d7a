import middy from '@middy/core';
import { createPollerRuntime } from './poll-tasks.ts';
import { telemetryOf } from './telemetry.ts';

const runtime = createPollerRuntime();

/**
 * Called by EventBridge Scheduler once a minute and shard, and by the wake queue for a point that is due; throws what it
 * cannot do.
 */
export const handler = middy().use(telemetryOf(runtime.telemetry)).handler(runtime.handle);
