import { createSnsOperatorAlerter } from '../channels/sns.ts';
import { answerBytesOf } from '../huawei/byte-budget.ts';
import { createHuaweiTaskQuery } from '../huawei/task-query.ts';
import { sortProfiles } from '../huawei/validate-profiles.ts';
import { createPoller } from '../polling/create-poller.ts';
import { createScheduleLearner } from '../schedule/learned/schedule-learner.ts';
import { withMinInterval } from '../schedule/schedule.ts';
import { createDynamoAlertMemory } from '../stores/dynamo/alert-memory.ts';
import { createDynamoPendingTaskStore } from '../stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../stores/dynamo/results.ts';
import { createSecretReader } from '../stores/secrets.ts';
import { createStoreResult } from '../stores/store-result.ts';
import { createDynamoClient, createFileStore, createSecretsClient } from './aws-clients.ts';
import { pollerEnvironment, readEnvironment } from './config.ts';
import { createPublishers } from './publishers.ts';
import { systemClock as clock } from './system-clock.ts';
import { createTelemetry } from './telemetry.ts';

const CONCURRENCY = 64;
const DAY_MS = 86_400_000;

/** The poller of this process, from the environment; made once per cold start. */
export function createPollerRuntime() {
  const env = readEnvironment(pollerEnvironment);
  const telemetry = createTelemetry();
  const { log, metrics } = telemetry;
  const client = createDynamoClient();
  const pending = createDynamoPendingTaskStore({ client, tableName: env.PENDING_TABLE, log });
  const results = createDynamoTaskResultStore({ client, tableName: env.RESULTS_TABLE, clock, log });
  const secrets = createSecretReader({ client: createSecretsClient(), maxAgeS: env.SECRET_MAX_AGE_S, clock, log });
  const profiles = secrets.watch(env.HUAWEI_SECRET_ID, (text) =>
    sortProfiles(text, { apig: env.HUAWEICLOUD_APIG_ENDPOINT, iam: env.HUAWEICLOUD_IAM_ENDPOINT }),
  );
  const publishers = createPublishers(env);
  const files = createFileStore(env, client);
  const answerBytes = answerBytesOf(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  const base = withMinInterval(env.POLL_MIN_INTERVAL_MS);
  const poll = createPoller({
    pending,
    query: createHuaweiTaskQuery({ profiles, clock, connections: 2 * CONCURRENCY, maxBodyBytes: answerBytes }),
    storeResult: createStoreResult({ results, files }),
    publishers: publishers.all,
    operatorAlerts: createSnsOperatorAlerter({
      client: publishers.client,
      topicArn: env.OPERATOR_TOPIC_ARN,
      memory: createDynamoAlertMemory({ client, tableName: env.RESULTS_TABLE }),
      clock,
      log,
    }),
    profiles: async () => (await profiles()).profiles,
    schedule: createScheduleLearner({ results, clock, log, base }),
    clock,
    metrics,
    log,
    settings: {
      windowMs: 60_000,
      minSweepGapMs: 1_000,
      concurrency: CONCURRENCY,
      answerBytes,
      retentionMs: env.RESULT_RETENTION_DAYS * DAY_MS,
    },
  });
  return { poll, telemetry, clock };
}
