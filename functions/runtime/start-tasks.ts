import { classifyAddress } from '../channels/webhook/target.ts';
import { parseApiKeys } from '../http/api-keys.ts';
import { createApiHandler } from '../http/handler.ts';
import { createStartRoutes } from '../http/start-routes.ts';
import { createWakePoller } from '../http/wake-poller.ts';
import { publicProfiles } from '../huawei/profile-parts.ts';
import { sortProfiles } from '../huawei/profiles.ts';
import { createHuaweiStarts } from '../huawei/starts.ts';
import { createTaskSchedule, withMinInterval } from '../schedule/schedule.ts';
import { createStarts } from '../starts/starts.ts';
import { createDynamoPendingTaskStore } from '../stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/results.ts';
import { createDynamoShardStore } from '../stores/dynamo/shard-store.ts';
import { createDynamoStartIntentStore } from '../stores/dynamo/start-intents.ts';
import { createSecretReader } from '../stores/secrets.ts';
import { createDynamoClient, createSecretsClient, createWakeQueue } from './aws-clients.ts';
import { readEnvironment, startEnvironment } from './config.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

/** The function that starts imports and exports, from the environment; made once per cold start. */
export function createStartTasksRuntime() {
  const env = readEnvironment(startEnvironment);
  const telemetry = createTelemetry();
  const { log } = telemetry;
  const client = createDynamoClient();
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const endpoints = { apig: env.HUAWEICLOUD_APIG_ENDPOINT, iam: env.HUAWEICLOUD_IAM_ENDPOINT };
  const profiles = secrets.watch(
    env.HUAWEI_SECRET_ID,
    (text) => ({ book: sortProfiles(text, endpoints), defaults: publicProfiles(text) }),
    ({ defaults }) => Object.keys(defaults).length === 0,
  );
  const pending = createDynamoPendingTaskStore({ client, tableName: env.PENDING_TABLE, log });
  const results = createDynamoTaskResultStore({ client, tableName: env.RESULTS_TABLE, clock, log });
  const wakePoller = createWakePoller({
    shards: createDynamoShardStore({ client, tableName: env.RESULTS_TABLE }),
    wakes: createWakeQueue(env, client),
    totalShards: env.SHARDS,
    clock,
    log,
  });
  const starts = createStarts({
    intents: createDynamoStartIntentStore({ client, tableName: env.INTENTS_TABLE, clock, log }),
    huawei: createHuaweiStarts({ profiles: async () => (await profiles()).book, clock }),
    ...{ pending, results, wakePoller, clock, log },
  });
  const routes = createStartRoutes({
    ...{ pending, results, starts, wakePoller, clock, log, classifyAddress },
    profiles: async () => (await profiles()).defaults,
    apiKeys: secrets.watch(env.API_KEYS_SECRET_ID, (text) => parseApiKeys(text).keys),
    audit: (change) => log.info('audit', change),
    schedule: createTaskSchedule(withMinInterval(env.POLL_MIN_INTERVAL_MS)),
    taskDeadlineMs: env.TASK_DEADLINE_MS,
    allowLoopbackCallbacks: env.ALLOW_LOOPBACK_CALLBACKS === 'true',
    areWebhooksOff: env.WEBHOOKS === 'false',
  });
  return { handler: createApiHandler(routes, log), starts, telemetry, clock };
}
