import type { Profiles } from '../functions/huawei/profile.ts';
import type { OperatorAlerter } from '../functions/messages/operator-alerter.ts';
import { createProcessAlertMemory } from '../functions/messages/operator-alerter.ts';
import type { AlertPublisher, EventPublisher, PublishReport } from '../functions/messages/publishers.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../functions/tasks/ports.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import {
  alertSubscriber,
  createLocalAlertPublisher,
  createLocalEventPublisher,
  type LocalEvent,
  publishToChannel,
} from './local-publishers.ts';
import type { Outbox } from './outbox.ts';
import { createSlackSubscriber } from './slack-subscriber.ts';
import { createSmtpAlertPublisher } from './smtp-alerts.ts';
import { createTerminalAlertPublisher, createTerminalOperatorAlerter, type Terminal } from './terminal-alerts.ts';
import { createTopic } from './topics.ts';
import { createWebhookSubscriber } from './webhook-subscriber.ts';

export type NotificationSettings = {
  slackWebhookUrl?: string | undefined;
  smtpUrl?: string | undefined;
  alertEmails: readonly string[];
  /** Webhooks may be on this machine, over plain http. Default true. */
  allowLoopbackCallbacks?: boolean | undefined;
};

export type Notifications = {
  publishers: (EventPublisher | AlertPublisher)[];
  operatorAlerts: OperatorAlerter;
  publishToChannel(result: TaskResult, channel: string): Promise<PublishReport>;
  /** Goes on with what earlier processes left; once, when the public URL is known. */
  resume(): void;
  /** Tells what is due and gives connections back. What waits for another try is told by the next process. */
  stop(): Promise<void>;
};

/** What is published and not yet delivered, by topic. */
export type Outboxes = { events: Outbox<LocalEvent>; alerts: Outbox<TaskResult> };

type Deps = NotificationSettings & {
  outboxes: Outboxes;
  terminal: Terminal;
  clock: Clock;
  log: Log;
  metrics: MetricSink;
  /** Where webhooks are registered and deliveries noted, and what webhooks are signed with. */
  results: TaskResultStore;
  profiles: Profiles;
  /** Known once the server listens. */
  publicUrl(): string | undefined;
};

/** The two topics of one machine and who is subscribed: terminal and webhooks always, Slack and e-mail where they are set. */
export function createNotifications(deps: Deps): Notifications {
  const { clock, log, terminal, publicUrl, outboxes } = deps;
  const events = createTopic({ clock, log, outbox: outboxes.events });
  const alerts = createTopic({ clock, log, outbox: outboxes.alerts });
  const link = {
    get publicUrl() {
      return publicUrl();
    },
  };
  const operatorAlerts = createTerminalOperatorAlerter({ terminal, memory: createProcessAlertMemory(), clock, log });
  alerts.subscribe(alertSubscriber('terminal', withLink(deps)));
  if (deps.slackWebhookUrl !== undefined)
    events.subscribe(createSlackSubscriber(deps.slackWebhookUrl, { ...deps, alerter: operatorAlerts }));
  events.subscribe(createWebhookSubscriber({ ...deps, allowLoopback: deps.allowLoopbackCallbacks ?? true }));
  const mail = deps.smtpUrl === undefined ? undefined : createMail(deps.smtpUrl, deps);
  if (mail) alerts.subscribe(alertSubscriber('e-mail', mail));
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

/** The publishers read `publicUrl` at each message, for the port is not known before the server listens. */
function withLink({ terminal, publicUrl }: Deps): AlertPublisher {
  return {
    publish: (results) => createTerminalAlertPublisher({ terminal, publicUrl: publicUrl() }).publish(results),
  };
}

function createMail(url: string, { alertEmails, publicUrl }: Deps) {
  const options = { url, recipients: alertEmails };
  return createSmtpAlertPublisher({
    ...options,
    get publicUrl() {
      return publicUrl();
    },
  });
}
