import { createDynamoAlertMemory } from '../adapters/dynamo-alert-memory.ts';
import { createDynamoPendingTaskStore } from '../adapters/dynamo-pending-task-store.ts';
import { createDynamoTaskResultStore } from '../adapters/dynamo-task-result-store.ts';
import { createHuaweiTaskQuery } from '../adapters/huawei/huawei-task-query.ts';
import { sortProfiles } from '../adapters/huawei/validate-profiles.ts';
import { createTelemetry } from '../adapters/powertools.ts';
import { createSecretReader } from '../adapters/secrets.ts';
import { createSnsOperatorAlerter } from '../adapters/sns-operator-alerter.ts';
import { pollerEnvironment, readEnvironment } from '../config.ts';
import { answerBytesOf } from '../core/byte-budget.ts';
import { createPoller } from '../core/create-poller.ts';
import { withMinInterval } from '../core/poll-schedule.ts';
import { createScheduleLearner } from '../core/schedule-learner.ts';
import { createStoreResult } from '../core/store-result.ts';
import { createDynamoClient } from './dynamo-client.ts';
import { createFileStore } from './file-store.ts';
import { createPublishers } from './publishers.ts';
import { createSecretsClient } from './secrets-client.ts';
import { systemClock as clock } from './system-clock.ts';

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
