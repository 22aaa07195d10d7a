import { createSqsDeadLetter } from '../channels/sqs-dead-letter.ts';
import { parseSigningKeys } from '../channels/webhook/webhook-keys.ts';
import { createWebhookPoster } from '../channels/webhook/webhook-poster.ts';
import { createRetryPolicy } from '../channels/webhook/webhook-retry.ts';
import { createSqsRetryQueue } from '../channels/webhook/webhook-retry-queue.ts';
import { createDeliverWebhookHandler } from '../channels/webhook/worker.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/task-result-store.ts';
import { createSecretReader } from '../stores/secrets.ts';
import { createDynamoClient, createSecretsClient } from './aws-clients.ts';
import { readEnvironment, webhookEnvironment } from './config.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

/** The webhook function of this process, from the environment; made once per cold start. */
export function createDeliverWebhookRuntime() {
  const env = readEnvironment(webhookEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const client = createDynamoClient();
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const endpoint = env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL;
  const queue = (queueUrl: string) => ({
    ...{ queueUrl, region: env.AWS_REGION, credentials: client.config.credentials },
    ...(endpoint && { endpoint }),
  });
  const handler = createDeliverWebhookHandler({
    results: createDynamoTaskResultStore({ client, tableName: env.RESULTS_TABLE, clock, log }),
    signingKeys: secrets.watch(env.HUAWEI_SECRET_ID, parseSigningKeys),
    poster: createWebhookPoster({ clock, allowLoopback: env.ALLOW_LOOPBACK_CALLBACKS === 'true' }),
    queue: createSqsRetryQueue(queue(env.DELIVERY_QUEUE_URL)),
    retry: createRetryPolicy(Math.random),
    deadLetters: createSqsDeadLetter(queue(env.WEBHOOK_DEAD_LETTER_QUEUE_URL)),
    ...{ metrics, log, clock },
  });
  return { handler, telemetry };
}
