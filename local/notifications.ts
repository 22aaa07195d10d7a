import { WEBHOOK_CHANNEL } from '../functions/channels/channel.ts';
import { createSmtpPublisher } from '../functions/channels/email/smtp.ts';
import { createRetryPolicy, NAMED_CHANNELS, WEBHOOKS } from '../functions/channels/queues.ts';
import { createRuleRouter } from '../functions/channels/routes.ts';
import type { Routing } from '../functions/channels/routing.ts';
import { createCallbackRouter } from '../functions/channels/webhook/channel.ts';
import { parseSigningKeys } from '../functions/channels/webhook/settings.ts';
import type { Profiles } from '../functions/huawei/profiles.ts';
import type { AlertMemory, OperatorAlerter } from '../functions/messages/operator-alerter.ts';
import type { Publisher, PublishReport } from '../functions/messages/publishers.ts';
import type { Outcome } from '../functions/names.ts';
import type { MessageQueues } from '../functions/stores/sqlite/messages.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../functions/tasks/ports.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import {
  createLocalAlertPublisher,
  createLocalEventPublisher,
  type LocalEvent,
  publishToChannel,
} from './local-publishers.ts';
import { publisherSubscriber, workerSubscriber } from './subscribers.ts';
import { createTerminalOperatorAlerter, createTerminalPublisher, type Terminal } from './terminal-alerts.ts';
import { createTopic } from './topics.ts';

export type NotificationSettings = {
  channels?: Routing | undefined;
  smtpUrl?: string | undefined;
  alertEmails: readonly string[];
  /** Those worth a mail. Default: all. */
  alertOutcomes?: readonly Outcome[] | undefined;
  /** Who mails come from. */
  sender?: string | undefined;
  /** Webhooks may be on this machine, over plain http. Default true. */
  allowLoopbackCallbacks?: boolean | undefined;
};

export type Notifications = {
  publishers: Publisher[];
  operatorAlerts: OperatorAlerter;
  publishToChannel(result: TaskResult, channel: string): Promise<PublishReport>;
  /** Continues with the messages that earlier processes left; once, when the public URL is known. */
  resume(): void;
  /** Sends due messages and closes connections. Messages that wait for another try are left to the next process. */
  stop(): Promise<void>;
};

type Deps = NotificationSettings & {
  /** The undelivered messages. */
  queues: MessageQueues;
  /** Which operator alerts were raised lately, over restarts. */
  alertMemory: AlertMemory;
  terminal: Terminal;
  clock: Clock;
  /** The machine's, for signatures. */
  signingClock?: Pick<Clock, 'now'>;
  log: Log;
  metrics: MetricSink;
  /** Where webhooks are registered and deliveries noted. */
  results: TaskResultStore;
  /** Hold what webhooks are signed with. */
  profiles: Profiles;
  /** Known once the server listens. */
  publicUrl(): string | undefined;
};

/** The two topics of one machine and their subscribers: terminal and webhooks always, named channels and e-mail if configured. */
export function createNotifications(deps: Deps): Notifications {
  const { clock, log, terminal, publicUrl, queues } = deps;
  const events = createTopic<LocalEvent>({ name: 'events', queues, clock, log });
  const alerts = createTopic<TaskResult>({ name: 'alerts', queues, clock, log });
  // Read at each message, because the port is not known before the server listens.
  const link = {
    get publicUrl() {
      return publicUrl();
    },
  };
  const operatorAlerts = createTerminalOperatorAlerter({ terminal, memory: deps.alertMemory, clock, log });
  alerts.subscribe(publisherSubscriber('terminal', createTerminalPublisher(terminal, link)));
  if (deps.channels !== undefined) events.subscribe(namedChannels(deps.channels, deps, operatorAlerts));
  events.subscribe(webhooks(deps));
  const mail = deps.smtpUrl === undefined ? undefined : createMail(deps.smtpUrl, deps);
  if (mail) alerts.subscribe(publisherSubscriber('e-mail', mail));
  return {
    publishers: [createLocalEventPublisher(events, link), createLocalAlertPublisher(alerts)],
    operatorAlerts,
    publishToChannel: (result, channel) => publishToChannel(events, { result, channel, publicUrl: publicUrl() }),
    resume() {
      events.resume();
      alerts.resume();
    },
    async stop() {
      await Promise.all([events.stop(), alerts.stop()]);
      mail?.close();
    },
  };
}

function namedChannels(routing: Routing, { results, metrics, log, clock }: Deps, alerter: OperatorAlerter) {
  return workerSubscriber({
    queue: NAMED_CHANNELS,
    maxBatch: 100,
    wants: ({ attributes }) => attributes.channel !== WEBHOOK_CHANNEL,
    retry: createRetryPolicy(() => 0.5),
    router: async () => createRuleRouter(routing, clock),
    ...{ results, alerter, metrics, log, clock },
  });
}

function webhooks(deps: Deps) {
  const { profiles, results, metrics, log, clock, signingClock, allowLoopbackCallbacks: allowLoopback = true } = deps;
  const keys = parseSigningKeys(JSON.stringify({ profiles }));
  const router = createCallbackRouter({
    ...{ results, metrics, clock, allowLoopback },
    ...(signingClock && { signingClock }),
    signingKeys: async () => keys,
  });
  return workerSubscriber({
    queue: WEBHOOKS,
    maxBatch: 10,
    wants: ({ attributes: { callback, channel = WEBHOOK_CHANNEL } }) =>
      callback === 'true' && channel === WEBHOOK_CHANNEL,
    retry: createRetryPolicy(Math.random),
    router: async () => router,
    ...{ results, metrics, log, clock },
  });
}

function createMail(url: string, { alertEmails: recipients, alertOutcomes: outcomes, sender: from, publicUrl }: Deps) {
  return createSmtpPublisher({
    ...{ url, recipients, outcomes, from },
    get publicUrl() {
      return publicUrl();
    },
  });
}
