import { SQSClient } from '@aws-sdk/client-sqs';
import { createTelemetry } from '../adapters/powertools.ts';
import { createSecretReader } from '../adapters/secrets.ts';
import { createSlackWebhook } from '../adapters/slack-webhook.ts';
import { createSnsOperatorAlerter } from '../adapters/sns-operator-alerter.ts';
import { createSqsDeadLetter } from '../adapters/sqs-dead-letter.ts';
import { readEnvironment, slackEnvironment } from '../config.ts';
import { createProcessAlertMemory } from '../core/operator-alerter.ts';
import { parseJson } from '../core/parse-result.ts';
import { parseSlackRouting } from '../core/slack-routing.ts';
import { createNotifySlackHandler } from '../notify-slack/handler.ts';
import { requestHandler } from './request-handler.ts';
import { createSnsClient } from './sns-client.ts';
import { systemClock as clock } from './system-clock.ts';

/** The Slack function of this process, from the environment; made once per cold start. */
export function createNotifySlackRuntime() {
  const env = readEnvironment(slackEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const secrets = createSecretReader({ maxAgeS: env.SECRET_MAX_AGE_S });
  const handler = createNotifySlackHandler({
    routing: secrets.watch(env.SLACK_SECRET_ID, (text) => parseSlackRouting(parseJson(text))),
    webhook: createSlackWebhook({ clock }),
    deadLetters: createSqsDeadLetter(
      new SQSClient({ requestHandler, maxAttempts: 4 }),
      env.SLACK_DEAD_LETTER_QUEUE_URL,
    ),
    alerter: createSnsOperatorAlerter({
      client: createSnsClient(),
      topicArn: env.OPERATOR_TOPIC_ARN,
      // A channel's trouble is seen by few warm instances, and DynamoDB's client would double this bundle.
      memory: createProcessAlertMemory(),
      clock,
      log,
    }),
    metrics,
    log,
    clock,
  });
  return { handler, telemetry };
}
