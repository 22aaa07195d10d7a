import { classifyAddress } from '../functions/channels/webhook/target.ts';
import { type Change, hasScope } from '../functions/http/access.ts';
import { type ApiKey, unnamedKeys } from '../functions/http/api-keys.ts';
import { createTasksApiHandler, type TasksApiHandler } from '../functions/http/handler.ts';
import { createStartRoutes } from '../functions/http/start-routes.ts';
import { createWakePoller } from '../functions/http/wake-poller.ts';
import { publicProfiles } from '../functions/huawei/profile-parts.ts';
import type { Profiles } from '../functions/huawei/profiles.ts';
import { type ApiPublisher, createApiPublisher } from '../functions/huawei/publish.ts';
import { createHuaweiTaskQuery, type TaskQuery } from '../functions/huawei/task-query.ts';
import { createRepublish } from '../functions/messages/publishers.ts';
import { createPoller, type Poller } from '../functions/polling/create-poller.ts';
import { createTaskSchedule, withMinInterval } from '../functions/schedule/schedule.ts';
import { createStoreResult, type StoreResult } from '../functions/stores/store-result.ts';
import type { Clock, Log, MetricSink } from '../functions/tasks/ports.ts';
import { createEndWaiters, type EndWaiters } from './end-waiters.ts';
import { startHttpServer } from './http-server.ts';
import { createKeysFile } from './keys-file.ts';
import { createNotifications, type NotificationSettings, type Notifications } from './notifications.ts';
import { reachableUrl } from './public-url.ts';
import { createTriggers, SHARD, type Triggers } from './run-poller.ts';
import { createLocalStarts, type LocalStarts } from './starts.ts';
import { openStores, type Stores } from './stores.ts';
import type { Terminal } from './terminal-alerts.ts';
import { withoutReported } from './without-reported.ts';

export type ServiceOptions = NotificationSettings & {
  host: string;
  port: number;
  /** Base of the links in messages; default where it listens, as this machine reaches it. */
  publicUrl?: string | undefined;
  /** Holds the database, the exported files and what is published and not yet delivered. */
  dataDir: string;
  profiles: Profiles;
  /** Keys without a name: each may do everything. A function is called once the folder belongs to this process. */
  apiKeys: readonly string[] | (() => Promise<readonly string[]>);
  /** JSON with more keys, read again when it changes. */
  apiKeysFile?: string | undefined;
  /** Where the line about each change goes; default the log. */
  audit?: (change: Change) => void;
  pollMinIntervalMs?: number | undefined;
  taskDeadlineMs: number;
  /** Whether imports and exports may be started. Default true. */
  areStartsOn?: boolean;
  terminal: Terminal;
  clock: Clock;
  log: Log;
  metrics?: MetricSink;
};

export type Service = {
  url: string;
  /** Starts no new poll, lets what is in flight end, tells what is due, and frees the port. */
  close(): Promise<void>;
};

const NO_METRICS: MetricSink = { add() {} };
/** Of large answers at once. */
const ANSWER_BYTES = 256 * 2 ** 20;
const RETENTION_MS = 90 * 86_400_000;
const CONCURRENCY = 32;
/** After this a hanging poll or receiver is given up: its task is still pending, its message in the database. */
const CLOSE_WITHIN_MS = 4_000;

/** Everything on one machine: the same API, poller and notifications as in AWS, with the edges replaced. */
export async function startService(given: ServiceOptions): Promise<Service> {
  const options = { ...given, log: withoutReported(given.log) };
  const { log } = options;
  const stores = openStores(options);
  const apiKeys = await keysOf(options, stores);
  const { clock } = stores;
  const listening: { url?: string } = {};
  const notifications = createNotifications({
    ...options,
    metrics: options.metrics ?? NO_METRICS,
    results: stores.results,
    ...{ clock, signingClock: options.clock, queues: stores.queues, alertMemory: stores.alertMemory },
    publicUrl: () => options.publicUrl ?? listening.url,
  });
  // Signatures carry the machine's time, whatever it is: so all that speaks to Huawei has its clock.
  const query = createHuaweiTaskQuery({
    profiles: async () => ({ profiles: options.profiles }),
    clock: options.clock,
    connections: CONCURRENCY,
  });
  const publisher = createApiPublisher({
    profiles: async () => ({ profiles: options.profiles }),
    clock: options.clock,
  });
  const triggers = createTriggers({ log });
  const waiters = createEndWaiters(stores.results, clock);
  const wakePoller = createWakePoller({
    shards: stores.shards,
    wakes: triggers.wakes,
    totalShards: SHARD.totalSegments,
    clock,
    log,
  });
  const { areStartsOn = true, profiles } = options;
  const starting = areStartsOn
    ? createLocalStarts({ ...stores, signingClock: options.clock, log, profiles, wakePoller })
    : undefined;
  const validKeys = createValidKeys(apiKeys, options);
  const handler = createApi({ ...options, validKeys }, stores, { notifications, starting, waiters, wakePoller });
  const server = await startHttpServer({
    ...{ handler, host: options.host, port: options.port },
    mayImport: (authorization) => hasScope(authorization, { apiKeys: validKeys, scope: 'start' }),
  });
  listening.url = reachableUrl(server.url);
  notifications.resume();
  const poller = triggers.start(
    createLocalPoller(options, stores, { query, publisher, notifications, triggers, waiters }),
  );
  return {
    url: server.url,
    async close() {
      const orderly = Promise.all([server.close(), poller.stop()]).then(() => notifications.stop());
      await Promise.race([orderly, clock.sleep(CLOSE_WITHIN_MS)]);
      await Promise.race([
        Promise.all([starting?.close(), publisher.close(), stores.close(), query.close()]),
        clock.sleep(500),
      ]);
    },
  };
}

type PollerParts = {
  query: TaskQuery;
  publisher: ApiPublisher;
  notifications: Notifications;
  triggers: Triggers;
  waiters: EndWaiters;
};
/** Gives the folder back where there is no usable key. */
async function keysOf({ apiKeys }: ServiceOptions, stores: Stores): Promise<readonly string[]> {
  if (typeof apiKeys !== 'function') return apiKeys;
  try {
    return await apiKeys();
  } catch (error) {
    stores.close();
    throw error;
  }
}

function createLocalPoller(
  options: ServiceOptions,
  { clock, pending, results, files, labels, shards }: Stores,
  { query, publisher, notifications, triggers, waiters }: PollerParts,
): Poller {
  const { log, profiles, metrics = NO_METRICS } = options;
  return createPoller({
    ...{ pending, query, publisher, clock, metrics, log, publishers: notifications.publishers },
    // The folder's lock: no other process can have stored a result since.
    aloneSinceMs: clock.now(),
    operatorAlerts: notifications.operatorAlerts,
    storeResult: noting(createStoreResult({ results, files, labels }), waiters),
    profiles: async () => profiles,
    schedule: createTaskSchedule(withMinInterval(options.pollMinIntervalMs)),
    ...{ shards, wakes: triggers.wakes },
    settings: { shards: 1, concurrency: CONCURRENCY, answerBytes: ANSWER_BYTES, retentionMs: RETENTION_MS },
  });
}

function noting(storeResult: StoreResult, waiters: EndWaiters): StoreResult {
  return async (result) => {
    const stored = await storeResult(result);
    waiters.ended(result.taskId);
    return stored;
  };
}

type ApiParts = {
  notifications: Notifications;
  starting: LocalStarts | undefined;
  waiters: EndWaiters;
  wakePoller: ReturnType<typeof createWakePoller>;
};

type ValidKeys = () => Promise<readonly ApiKey[]>;

/** Those of the environment, and those that the file has now. */
function createValidKeys(apiKeys: readonly string[], { apiKeysFile: file, log }: ServiceOptions): ValidKeys {
  const keysOfFile = file === undefined ? async () => [] : createKeysFile(file, log);
  const unnamed = unnamedKeys(apiKeys);
  return async () => [...unnamed, ...(await keysOfFile())];
}

function createApi(
  options: ServiceOptions & { validKeys: ValidKeys },
  stores: Stores,
  { notifications, starting, waiters, wakePoller }: ApiParts,
): TasksApiHandler {
  const { log, taskDeadlineMs, allowLoopbackCallbacks = true } = options;
  const defaults = publicProfiles(JSON.stringify({ profiles: options.profiles }));
  const deps = {
    ...{ ...stores, log, taskDeadlineMs, allowLoopbackCallbacks, canStream: true },
    schedule: createTaskSchedule(withMinInterval(options.pollMinIntervalMs)),
    wakePoller,
    profiles: async () => defaults,
    apiKeys: options.validKeys,
    audit: options.audit ?? ((change: Change) => log.info('audit', change)),
    untilEnd: waiters.untilEnd,
    classifyAddress,
    channels: Object.keys(options.channels?.channels ?? {}),
    republish: createRepublish({
      publishers: notifications.publishers,
      toChannel: notifications.publishToChannel,
    }),
  };
  return createTasksApiHandler(deps, starting && createStartRoutes({ ...deps, starts: starting.starts }));
}
