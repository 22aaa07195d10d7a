import { createDynamoTaskResultStore } from '../adapters/dynamo-task-result-store.ts';
import { createTelemetry } from '../adapters/powertools.ts';
import { createSecretReader } from '../adapters/secrets.ts';
import { createSqsDeadLetter } from '../adapters/sqs-dead-letter.ts';
import { createWebhookPoster } from '../adapters/webhook-poster.ts';
import { createSqsRetryQueue } from '../adapters/webhook-retry-queue.ts';
import { readEnvironment, webhookEnvironment } from '../config.ts';
import { parseSigningKeys } from '../core/webhook-keys.ts';
import { createRetryPolicy } from '../core/webhook-retry.ts';
import { createDeliverWebhookHandler } from '../deliver-webhook/handler.ts';
import { createDynamoClient } from './dynamo-client.ts';
import { createSecretsClient } from './secrets-client.ts';
import { systemClock as clock } from './system-clock.ts';

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
    poster: createWebhookPoster({ clock, allowLoopback: env.ALLOW_LOOPBACK === 'true' }),
    queue: createSqsRetryQueue(queue(env.DELIVERY_QUEUE_URL)),
    retry: createRetryPolicy(Math.random),
    deadLetters: createSqsDeadLetter(queue(env.WEBHOOK_DEAD_LETTER_QUEUE_URL)),
    ...{ metrics, log, clock },
  });
  return { handler, telemetry };
}
