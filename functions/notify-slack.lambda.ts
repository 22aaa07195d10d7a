import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { telemetryOf } from './middleware/telemetry-of.ts';
import { createNotifySlackRuntime } from './runtime/notify-slack.ts';

const runtime = createNotifySlackRuntime();

/** Called by SQS with batches of task events; answers with the records to give back. */
export const handler = middy<SQSEvent, SQSBatchResponse, Error, Context>()
  .use(telemetryOf(runtime.telemetry))
  .handler(runtime.handler);
