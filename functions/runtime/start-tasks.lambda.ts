import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { ApiEvent } from '../http/api-event.ts';
import { createStartTasksRuntime } from './start-tasks.ts';
import { telemetryOf } from './telemetry.ts';

const runtime = createStartTasksRuntime();

/** Time to write down what the last call came to. */
const MARGIN_MS = 5_000;

/**
 * Called by API Gateway (HTTP API, payload 2.0) for `POST /imports` and `POST /exports`, and once a minute by EventBridge
 * Scheduler with `{"resume": true}`, to go on with the starts of calls that died.
 */
export const handler = middy()
  .use(telemetryOf(runtime.telemetry))
  .handler(async (event: unknown, context: Context) => {
    if (!isHeartbeat(event)) return runtime.handler(event as ApiEvent, context);
    await runtime.starts.resume(runtime.clock.now() + context.getRemainingTimeInMillis() - MARGIN_MS);
    return undefined;
  });

function isHeartbeat(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'resume' in event;
}
