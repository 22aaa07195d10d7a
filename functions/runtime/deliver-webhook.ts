import { createRetryPolicy, WEBHOOKS } from '../channels/queues.ts';
import { createSqsDeadLetters, delayMessage } from '../channels/sqs.ts';
import { createCallbackRouter } from '../channels/webhook/channel.ts';
import { parseSigningKeys } from '../channels/webhook/settings.ts';
import { createWorker } from '../channels/worker.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/results.ts';
import { createDynamoProfileParts, watchText } from '../stores/secrets.ts';
import { createDynamoClient } from './aws-clients.ts';
import { readEnvironment, webhookEnvironment } from './config.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

/** To the poller's own delay, this adds little. */
const SIGNING_MAX_AGE_S = 10;

/** The webhook function of this process, from the environment; made once per cold start. */
export function createDeliverWebhookRuntime() {
  const env = readEnvironment(webhookEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const client = createDynamoClient();
  const profileParts = createDynamoProfileParts({ client, tableName: env.PROFILE_PARTS_TABLE });
  const queue = (queueUrl: string) => ({
    ...{ queueUrl, region: env.AWS_REGION, credentials: client.config.credentials },
    endpoint: env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL,
  });
  const results = createDynamoTaskResultStore({ client, tableName: env.RESULTS_TABLE, clock, log });
  const router = createCallbackRouter({
    signingKeys: watchText(
      { maxAgeS: SIGNING_MAX_AGE_S, clock, log },
      { name: 'signing keys', read: () => profileParts.read('signing'), parse: parseSigningKeys },
    ),
    allowLoopback: env.ALLOW_LOOPBACK_CALLBACKS === 'true',
    ...{ results, metrics, clock },
  });
  const handler = createWorker({
    queue: WEBHOOKS,
    retry: createRetryPolicy(Math.random),
    delay: (receiptHandle, delayMs) => delayMessage(queue(env.DELIVERY_QUEUE_URL), receiptHandle, delayMs),
    router: async () => router,
    deadLetters: createSqsDeadLetters(queue(env.WEBHOOK_DEAD_LETTER_QUEUE_URL)),
    ...{ results, metrics, log, clock },
  });
  return { handler, telemetry };
}
