import { createRetryPolicy, NAMED_CHANNELS } from '../channels/queues.ts';
import { routerReader } from '../channels/routes.ts';
import { createSnsOperatorAlerter } from '../channels/sns.ts';
import { createSqsDeadLetters, delayMessage } from '../channels/sqs.ts';
import { createWorker } from '../channels/worker.ts';
import { createProcessAlertMemory } from '../messages/operator-alerter.ts';
import { createDynamoDeliveryNotes } from '../stores/dynamo/results.ts';
import { createSecretReader } from '../stores/secrets.ts';
import { createBriefDynamoClient, createSecretsClient, createSnsClient } from './aws-clients.ts';
import { channelsEnvironment, readEnvironment } from './config.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

/** The function of named channels of this process, from the environment; made once per cold start. */
export function createNotifyChannelsRuntime() {
  const env = readEnvironment(channelsEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const sns = createSnsClient();
  const aws = { region: env.AWS_REGION, credentials: sns.config.credentials };
  const queue = (queueUrl: string) => ({
    ...aws,
    queueUrl,
    endpoint: env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL,
  });
  const handler = createWorker({
    queue: NAMED_CHANNELS,
    retry: createRetryPolicy(Math.random),
    delay: (receiptHandle, delayMs) => delayMessage(queue(env.CHANNELS_QUEUE_URL), receiptHandle, delayMs),
    router: secrets.watch(env.CHANNELS_SECRET_ID, routerReader(clock)),
    deadLetters: createSqsDeadLetters(queue(env.CHANNELS_DEAD_LETTER_QUEUE_URL)),
    results: createDynamoDeliveryNotes({ client: createBriefDynamoClient(), tableName: env.RESULTS_TABLE }),
    alerter: createSnsOperatorAlerter({
      client: sns,
      topicArn: env.OPERATOR_TOPIC_ARN,
      // Few warm instances see a channel's trouble: its memory needs no table.
      memory: createProcessAlertMemory(),
      clock,
      log,
    }),
    ...{ metrics, log, clock },
  });
  return { handler, telemetry };
}
