import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { createSnsOperatorAlerter } from '../channels/sns.ts';
import { createHandOnProfiles, splitProfiles } from '../huawei/profile-parts.ts';
import { sortProfiles } from '../huawei/profiles.ts';
import { createApiPublisher } from '../huawei/publish.ts';
import { createHuaweiTaskQuery } from '../huawei/task-query.ts';
import { answerBytesOf } from '../huawei/transport.ts';
import { createPoller } from '../polling/create-poller.ts';
import type { Trigger } from '../polling/hold-shard.ts';
import { createTaskSchedule, withMinInterval } from '../schedule/schedule.ts';
import { createDynamoAlertMemory } from '../stores/dynamo/alert-memory.ts';
import { createDynamoFailingLabels } from '../stores/dynamo/failing-labels.ts';
import { createDynamoPendingTaskStore } from '../stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/results.ts';
import { createDynamoShardStore } from '../stores/dynamo/shard-store.ts';
import { createDynamoProfileParts, createSecretReader } from '../stores/secrets.ts';
import { createStoreResult } from '../stores/store-result.ts';
import { parseJson } from '../tasks/json.ts';
import { createDynamoClient, createFileStore, createSecretsClient, createWakeQueue } from './aws-clients.ts';
import { pollerEnvironment, readEnvironment } from './config.ts';
import { createPublishers } from './publishers.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

const CONCURRENCY = 64;
/** To one host: so many that a dozen profiles whose polls hang leave enough for the others. */
const SOCKETS = 16 * CONCURRENCY;
const DAY_MS = 86_400_000;
const HAND_ON_EVERY_MS = 3_600_000;

/** The poller of this process, from the environment; made once per cold start. */
export function createPollerRuntime() {
  const env = readEnvironment(pollerEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const client = createDynamoClient();
  const pending = createDynamoPendingTaskStore({
    ...{ client, tableName: env.PENDING_TABLE, log },
    onUnreadable: () => metrics.add('UnreadableRows', 1),
  });
  const results = createDynamoTaskResultStore({ client, tableName: env.RESULTS_TABLE, clock, log });
  const labels = createDynamoFailingLabels({ client, tableName: env.RESULTS_TABLE, log });
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const endpoints = { apig: env.HUAWEICLOUD_APIG_ENDPOINT, iam: env.HUAWEICLOUD_IAM_ENDPOINT };
  const secret = secrets.watch(
    env.HUAWEI_SECRET_ID,
    (text) => ({ book: sortProfiles(text, endpoints), parts: splitProfiles(text) }),
    ({ book }) => Object.keys(book.profiles).length === 0,
  );
  const profiles = async () => (await secret()).book;
  const handOnProfiles = createHandOnProfiles({
    parts: async () => (await secret()).parts,
    put: createDynamoProfileParts({ client, tableName: env.PROFILE_PARTS_TABLE }).put,
    everyMs: HAND_ON_EVERY_MS,
    ...{ clock, log },
  });
  const publishers = createPublishers(env);
  const files = createFileStore(env, client);
  const answerBytes = answerBytesOf(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  const poll = createPoller({
    pending,
    query: createHuaweiTaskQuery({ profiles, clock, connections: SOCKETS, maxBodyBytes: answerBytes }),
    publisher: createApiPublisher({ profiles, clock }),
    storeResult: createStoreResult({ results, files, labels }),
    publishers: publishers.all,
    operatorAlerts: createSnsOperatorAlerter({
      client: publishers.client,
      topicArn: env.OPERATOR_TOPIC_ARN,
      memory: createDynamoAlertMemory({ client, tableName: env.RESULTS_TABLE }),
      clock,
      log,
    }),
    profiles: async () => (await profiles()).profiles,
    schedule: createTaskSchedule(withMinInterval(env.POLL_MIN_INTERVAL_MS)),
    shards: createDynamoShardStore({ client, tableName: env.RESULTS_TABLE }),
    wakes: createWakeQueue(env, client),
    peakMemoryMb: () => Math.round(process.resourceUsage().maxRSS / 1024),
    clock,
    metrics,
    log,
    settings: {
      shards: env.SHARDS,
      concurrency: CONCURRENCY,
      answerBytes,
      retentionMs: env.RESULT_RETENTION_DAYS * DAY_MS,
    },
  });
  return {
    telemetry,
    async handle(event: unknown, context: Context) {
      const limits = { remainingMs: context.getRemainingTimeInMillis() };
      const [answer] = await Promise.all([poll(readTrigger(event), limits), handOnProfiles()]);
      return answer;
    },
  };
}

const shard = z.object({ segment: z.int().check(z.gte(0)), totalSegments: z.int().check(z.gte(1)) });
const wake = z.object({ ...shard.shape, dueMs: z.int() });
const records = z.object({ Records: z.tuple([z.object({ body: z.string() })]) });

/**
 * What called the poller: its schedule with `{segment, totalSegments}` (a person's hand may do the same), or the wake
 * queue with one message. Throws `ZodError` for anything else.
 */
export function readTrigger(event: unknown): Trigger {
  const delivery = records.safeParse(event);
  if (!delivery.success) return { shard: shard.parse(event) };
  const { dueMs, ...woken } = wake.parse(parseJson(delivery.data.Records[0].body));
  return { shard: woken, dueMs };
}
