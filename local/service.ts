import path from 'node:path';
import { createDynamoPendingTaskStore } from '../functions/adapters/dynamo-pending-task-store.ts';
import { createDynamoTaskResultStore } from '../functions/adapters/dynamo-task-result-store.ts';
import { createHuaweiTaskQuery } from '../functions/adapters/huawei/huawei-task-query.ts';
import { hashApiKey } from '../functions/core/api-keys.ts';
import { createPoller } from '../functions/core/create-poller.ts';
import type { TaskResult } from '../functions/core/outcome.ts';
import { DEFAULT_SCHEDULE } from '../functions/core/poll-schedule.ts';
import type { Clock, Log, MetricSink } from '../functions/core/ports.ts';
import type { Profiles } from '../functions/core/profile.ts';
import { parseProfileDefaults } from '../functions/core/profile.ts';
import { createRepublish } from '../functions/core/republish.ts';
import { createScheduleLearner } from '../functions/core/schedule-learner.ts';
import { createStoreResult } from '../functions/core/store-result.ts';
import { createTaskSchedule } from '../functions/core/task-schedule.ts';
import { createTasksApiHandler } from '../functions/http/handler.ts';
import { LOCAL_TABLES, startEmbeddedDynamo } from './embedded-dynamodb.ts';
import { createFolderFileStore } from './folder-file-store.ts';
import { startHttpServer } from './http-server.ts';
import { createNotifications, type NotificationSettings } from './notifications.ts';
import { runPoller } from './run-poller.ts';
import type { Terminal } from './terminal-alerts.ts';

export type ServiceOptions = NotificationSettings & {
  host: string;
  port: number;
  /** Holds the database and exported files; without it the database lives in memory and files in the working folder. */
  dataDir: string;
  profiles: Profiles;
  apiKeys: readonly string[];
  pollMinIntervalMs?: number | undefined;
  taskDeadlineMs: number;
  terminal: Terminal;
  clock: Clock;
  log: Log;
  metrics?: MetricSink;
};

export type Service = {
  url: string;
  /** Starts no new poll, lets what is in flight end, tells what is left to tell, and frees the port. */
  close(): Promise<void>;
};

const WINDOW_MS = 1_000;
const RETENTION_MS = 90 * 86_400_000;
const CONCURRENCY = 32;
/** After this a hanging poll or receiver is given up: its task is still pending, and nothing is lost. */
const CLOSE_WITHIN_MS = 4_000;

/** Everything on one machine: the same API, poller and notifications as in AWS, with the edges replaced. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { clock, log, profiles, metrics = { add() {} } } = options;
  const database = await startEmbeddedDynamo({ dataDir: options.dataDir });
  const table = (tableName: string) => ({ client: database.client, tableName, log });
  const pending = createDynamoPendingTaskStore(table(LOCAL_TABLES.pending));
  const results = createDynamoTaskResultStore({ ...table(LOCAL_TABLES.results), clock });
  const files = createFolderFileStore({ folder: path.join(options.dataDir, 'files') });
  const base = scheduleOf(options);
  const schedule = createTaskSchedule(base);
  const holder: { url?: string } = {};
  const notifications = createNotifications({ ...options, metrics, results, publicUrl: () => holder.url });
  const query = createHuaweiTaskQuery({ profiles: async () => profiles, clock, connections: CONCURRENCY });
  const poll = createPoller({
    ...{ pending, query, clock, metrics, log, publishers: notifications.publishers },
    operatorAlerts: notifications.operatorAlerts,
    storeResult: createStoreResult({ results, files }),
    profiles: async () => profiles,
    schedule: createScheduleLearner({ results, clock, log, base }),
    settings: { windowMs: WINDOW_MS, minSweepGapMs: 200, concurrency: CONCURRENCY, retentionMs: RETENTION_MS },
  });
  const hashes = options.apiKeys.map(hashApiKey);
  const defaults = parseProfileDefaults(JSON.stringify({ profiles }));
  const handler = createTasksApiHandler({
    ...{ pending, results, files, clock, log, schedule },
    profiles: async () => defaults,
    apiKeyHashes: async () => hashes,
    republish: createRepublish({
      publishers: notifications.publishers,
      toChannel: async (result: TaskResult, channel) => notifications.publishToChannel(result, channel),
    }),
    taskDeadlineMs: options.taskDeadlineMs,
    allowLoopbackCallbacks: options.allowLoopbackCallbacks ?? true,
    canStream: true,
  });
  const server = await startHttpServer({ handler, host: options.host, port: options.port });
  holder.url = server.url;
  const poller = runPoller(poll, { windowMs: WINDOW_MS, log });
  return {
    url: server.url,
    async close() {
      const orderly = Promise.all([server.close(), poller.stop()]).then(() => notifications.stop());
      await Promise.race([orderly, clock.sleep(CLOSE_WITHIN_MS)]);
      await Promise.race([Promise.all([database.close(), query.close()]), clock.sleep(500)]);
    },
  };
}

function scheduleOf({ pollMinIntervalMs }: ServiceOptions) {
  return { ...DEFAULT_SCHEDULE, ...(pollMinIntervalMs !== undefined && { minIntervalMs: pollMinIntervalMs }) };
}
