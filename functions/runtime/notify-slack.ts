import { receivesOf } from '../channels/queue-record.ts';
import { createSlackWebhook } from '../channels/slack/post.ts';
import { parseSlackSecret } from '../channels/slack/slack-routing.ts';
import { createNotifySlackHandler } from '../channels/slack/worker.ts';
import { createSnsOperatorAlerter } from '../channels/sns/sns-operator-alerter.ts';
import { createSqsDeadLetter } from '../channels/sqs-dead-letter.ts';
import { createProcessAlertMemory } from '../messages/operator-alerter.ts';
import { createDynamoDeliveryStore } from '../stores/dynamo/delivery-store.ts';
import { createSecretReader } from '../stores/secrets.ts';
import { createSecretsClient, createSnsClient } from './aws-clients.ts';
import { readEnvironment, slackEnvironment } from './config.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

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
