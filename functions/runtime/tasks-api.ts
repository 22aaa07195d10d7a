import { classifyAddress } from '../channels/webhook/target.ts';
import { type ApiKey, parseApiKeys } from '../http/api-keys.ts';
import { createTasksApiHandler } from '../http/handler.ts';
import { createWakePoller } from '../http/wake-poller.ts';
import { parsePublicPart } from '../huawei/profile-parts.ts';
import { createRepublish } from '../messages/publishers.ts';
import { createTaskSchedule, withMinInterval } from '../schedule/schedule.ts';
import { createDynamoPendingTaskStore } from '../stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/results.ts';
import { createDynamoShardStore } from '../stores/dynamo/shard-store.ts';
import { createDynamoProfileParts, createSecretReader, watchText } from '../stores/secrets.ts';
import type { Log } from '../tasks/ports.ts';
import { createDynamoClient, createFileStore, createSecretsClient, createWakeQueue } from './aws-clients.ts';
import { apiEnvironment, readEnvironment } from './config.ts';
import { createPublishers } from './publishers.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

/** To the poller's own delay, this adds little. */
const PROFILES_MAX_AGE_S = 10;

/** The HTTP API of this process, from the environment; made once per cold start. */
export function createTasksApiRuntime() {
  const env = readEnvironment(apiEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const client = createDynamoClient();
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const profileParts = createDynamoProfileParts({ client, tableName: env.PROFILE_PARTS_TABLE });
  const publishers = createPublishers(env);
  const handler = createTasksApiHandler({
    pending: createDynamoPendingTaskStore({ client, tableName: env.PENDING_TABLE, log }),
    results: createDynamoTaskResultStore({
      ...{ client, tableName: env.RESULTS_TABLE, clock, log },
      // Rows of pending tasks are read by the poller, which counts those.
      onUnreadable: () => metrics.add('UnreadableRows', 1),
    }),
    files: createFileStore(env, client),
    profiles: watchText(
      { maxAgeS: PROFILES_MAX_AGE_S, clock, log },
      { name: 'profiles', read: () => profileParts.read('public'), parse: parsePublicPart },
    ),
    apiKeys: secrets.watch(env.API_KEYS_SECRET_ID, (text) => usableKeys(text, log)),
    audit: (change) => log.info('audit', change),
    schedule: createTaskSchedule(withMinInterval(env.POLL_MIN_INTERVAL_MS)),
    wakePoller: createWakePoller({
      shards: createDynamoShardStore({ client, tableName: env.RESULTS_TABLE }),
      wakes: createWakeQueue(env, client),
      totalShards: env.SHARDS,
      clock,
      log,
    }),
    republish: createRepublish({ publishers: publishers.all, toChannel: publishers.toChannel }),
    clock,
    log,
    taskDeadlineMs: env.TASK_DEADLINE_MS,
    allowLoopbackCallbacks: env.ALLOW_LOOPBACK_CALLBACKS === 'true',
    classifyAddress,
    areWebhooksOff: env.WEBHOOKS === 'false',
    // Their names are in a secret that the API must not read.
    ...(env.CHANNELS === 'false' && { channels: [] }),
  });
  return { handler, telemetry };
}

/** An entry that is wrong fails that key's requests alone; the log names it, each time that the secret has changed. */
function usableKeys(text: string, log: Log): readonly ApiKey[] {
  const { keys, problems } = parseApiKeys(text);
  if (problems.length > 0) log.error('API keys: entries that are wrong were left out', { problems });
  return keys;
}
