import { publishToChannel } from '../channels/sns/sns-event-publisher.ts';
import { classifyAddress } from '../channels/webhook/webhook-address.ts';
import { parseApiKeys } from '../http/api-keys.ts';
import { createTasksApiHandler } from '../http/handler.ts';
import { parseProfileDefaults } from '../huawei/profile.ts';
import { createRepublish } from '../messages/republish.ts';
import { withMinInterval } from '../schedule/poll-schedule.ts';
import { createTaskSchedule } from '../schedule/task-schedule.ts';
import { createDynamoPendingTaskStore } from '../stores/dynamo/pending-task-store.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/task-result-store.ts';
import { createSecretReader } from '../stores/secrets.ts';
import { createDynamoClient, createFileStore, createSecretsClient } from './aws-clients.ts';
import { apiEnvironment, readEnvironment } from './config.ts';
import { createPublishers } from './publishers.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

/** The HTTP API of this process, from the environment; made once per cold start. */
export function createTasksApiRuntime() {
  const env = readEnvironment(apiEnvironment);
  const telemetry = createTelemetry();
  const { log } = telemetry;
  const client = createDynamoClient();
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const publishers = createPublishers(env);
  const handler = createTasksApiHandler({
    pending: createDynamoPendingTaskStore({ client, tableName: env.PENDING_TABLE, log }),
    results: createDynamoTaskResultStore({ client, tableName: env.RESULTS_TABLE, clock, log }),
    files: createFileStore(env, client),
    profiles: secrets.watch(env.HUAWEI_SECRET_ID, parseProfileDefaults),
    apiKeyHashes: secrets.watch(env.API_KEYS_SECRET_ID, parseApiKeys),
    schedule: createTaskSchedule(withMinInterval(env.POLL_MIN_INTERVAL_MS)),
    republish: createRepublish({
      publishers: publishers.all,
      toChannel: (result, channel) =>
        publishToChannel(
          { client: publishers.client, topicArn: env.TASK_EVENTS_TOPIC_ARN, clock, publicUrl: env.PUBLIC_URL },
          result,
          channel,
        ),
    }),
    clock,
    log,
    taskDeadlineMs: env.TASK_DEADLINE_MS,
    allowLoopbackCallbacks: env.ALLOW_LOOPBACK_CALLBACKS === 'true',
    classifyAddress,
    areWebhooksOff: env.WEBHOOKS === 'false',
    // Those of a deployment with Slack are in a secret that the API must not read.
    ...(env.SLACK === 'false' && { slackChannels: [] }),
  });
  return { handler, telemetry };
}
