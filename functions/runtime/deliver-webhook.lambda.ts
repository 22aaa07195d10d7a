import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createDeliverWebhookRuntime } from './deliver-webhook.ts';
import { telemetryOf } from './telemetry.ts';

const runtime = createDeliverWebhookRuntime();

/** Called by SQS with batches of task events that have a callback; answers with the records to give back. */
export const handler = middy<SQSEvent, SQSBatchResponse, Error, Context>()
  .use(telemetryOf(runtime.telemetry))
  .handler(runtime.handler);
