import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createNotifySlackRuntime } from './notify-slack.ts';
import { telemetryOf } from './telemetry.ts';

const runtime = createNotifySlackRuntime();

/** Called by SQS with batches of task events; answers with the records to give back. */
export const handler = middy<SQSEvent, SQSBatchResponse, Error, Context>()
  .use(telemetryOf(runtime.telemetry))
  .handler(runtime.handler);
