import { createDynamoDeliveryStore } from '../adapters/dynamo-delivery-store.ts';
import { createTelemetry } from '../adapters/powertools.ts';
import { createSecretReader } from '../adapters/secrets.ts';
import { createSlackWebhook } from '../adapters/slack-webhook.ts';
import { createSnsOperatorAlerter } from '../adapters/sns-operator-alerter.ts';
import { createSqsDeadLetter } from '../adapters/sqs-dead-letter.ts';
import { readEnvironment, slackEnvironment } from '../config.ts';
import { createProcessAlertMemory } from '../core/operator-alerter.ts';
import { receivesOf } from '../core/queue-record.ts';
import { parseSlackSecret } from '../core/slack-routing.ts';
import { createNotifySlackHandler } from '../notify-slack/handler.ts';
import { createSecretsClient } from './secrets-client.ts';
import { createSnsClient } from './sns-client.ts';
import { systemClock as clock } from './system-clock.ts';

/** The Slack function of this process, from the environment; made once per cold start. */
export function createNotifySlackRuntime() {
  const env = readEnvironment(slackEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const sns = createSnsClient();
  const aws = { region: env.AWS_REGION, credentials: sns.config.credentials };
  const sqsEndpoint = env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL;
  const dynamoEndpoint = env.AWS_ENDPOINT_URL_DYNAMODB ?? env.AWS_ENDPOINT_URL;
  const handler = createNotifySlackHandler({
    routing: secrets.watch(env.SLACK_SECRET_ID, parseSlackSecret),
    webhook: createSlackWebhook({ clock }),
    deadLetters: createSqsDeadLetter({
      ...{ ...aws, queueUrl: env.SLACK_DEAD_LETTER_QUEUE_URL },
      ...(sqsEndpoint && { endpoint: sqsEndpoint }),
    }),
    isLastOffer: (record) => receivesOf(record) >= env.SLACK_MAX_RECEIVES,
    results: createDynamoDeliveryStore({
      ...{ ...aws, tableName: env.RESULTS_TABLE },
      ...(dynamoEndpoint && { endpoint: dynamoEndpoint }),
    }),
    alerter: createSnsOperatorAlerter({
      client: sns,
      topicArn: env.OPERATOR_TOPIC_ARN,
      // A channel's trouble is seen by few warm instances: it needs no place in a table.
      memory: createProcessAlertMemory(),
      clock,
      log,
    }),
    ...{ metrics, log, clock },
  });
  return { handler, telemetry };
}
