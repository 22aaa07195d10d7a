import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Metrics } from './metrics.ts';
import type { Settings } from './settings.ts';

/** An alarm that fires when a metric's value is high. */
export type AlarmSpec = {
  id: string;
  metric: Metric;
  /** Length of the evaluated period. Default: 5. */
  minutes?: number;
  /** So many times in a row. Default: 1. */
  periods?: number;
  /** The alarm fires at this value and above. */
  from: number;
  /** Who is affected, and how, while the alarm lasts. */
  harm: string;
  /** The operator's first step. */
  todo: string;
};

/** All alarms except PollerSilent, which watches for values that are missing. */
export function alarmSpecs(metrics: Metrics, settings: Settings): AlarmSpec[] {
  return [
    ...pollingSpecs(metrics, settings),
    ...notifyingSpecs(metrics, settings),
    ...webhookSpecs(metrics, settings),
    ...workerSpecs(metrics),
    ...waitingSpecs(metrics, settings),
    ...deadLetterSpecs(metrics),
  ];
}

function pollingSpecs(metrics: Metrics, { alarms }: Settings): AlarmSpec[] {
  return [
    {
      id: 'PollerErrors',
      metric: metrics.pollerErrors,
      from: alarms.pollerErrors,
      harm: 'Runs of the poller fail: notifications are delayed by one minute per failed run.',
      todo: 'Read the errors in the poller’s log. A timeout means that a shard has too much work: raise `shards`.',
    },
    {
      id: 'PollerThrottled',
      metric: metrics.pollerThrottles,
      from: alarms.pollerThrottles,
      harm: 'Lambda has no free concurrency for the poller: runs start late, and a run that cannot start within a minute is dropped.',
      todo: 'Find out which Lambda function is using up the account’s concurrency, and ask AWS for a higher quota.',
    },
    {
      id: 'WakesUnread',
      metric: metrics.unreadWakes,
      periods: 2,
      from: 1,
      harm: 'The poller does not read its wake queue: tasks are polled once a minute only, so notifications come late.',
      todo: 'Check that the event source mapping of the poller is enabled, and that Lambda has concurrency left.',
    },
    {
      id: 'UnreadableRows',
      metric: metrics.unreadableRows,
      from: 1,
      harm: 'A row cannot be read. A pending task is not watched and nobody learns how it ends; a result is left out of lists.',
      todo: 'The log of the poller, or of the API for a result, names the task and what is wrong with its row. Remove the row with DELETE, and register the task again.',
    },
    {
      id: 'OldestPendingTooOld',
      metric: metrics.oldestPendingAge,
      from: alarms.oldestPendingMinutes * 60,
      harm: `A task has been pending for ${alarms.oldestPendingMinutes} minutes: its result is overdue.`,
      todo: 'If an alert names a profile, fix that first: refused credentials and throttling never appear in `last_error`. Otherwise read `last_error` in `GET /tasks?state=pending`; ask Huawei Cloud, or stop watching the task with DELETE.',
    },
  ];
}

function notifyingSpecs(metrics: Metrics, { alarms }: Settings): AlarmSpec[] {
  return [
    {
      id: 'NotificationFailures',
      metric: metrics.notificationFailures,
      from: alarms.notificationFailures,
      harm: 'Notifications could not be delivered: people or machines do not learn how their tasks ended.',
      todo: 'Read the reason in the log of notify-channels or the poller; fix the channel or topic, then redrive.',
    },
    {
      id: 'ApiFlooded',
      metric: metrics.apiRequests,
      from: alarms.apiRequests,
      harm: 'The HTTP API gets far more requests than usual: each costs money, and clients get 429 once the limit is reached.',
      todo: 'Find the sender in the access log. Lower `api.requestsPerSecond`, or put the API behind a domain with a firewall.',
    },
    {
      id: 'ApiClientErrors',
      metric: metrics.apiClientErrors,
      from: alarms.apiClientErrors,
      harm: 'The HTTP API refuses many requests: a client has a wrong key or is throttled, or a stranger tries keys.',
      todo: 'Count the statuses and addresses in the access log: 401 is the key, 403 its scopes, 429 the limit.',
    },
    {
      id: 'ApiServerErrors',
      metric: metrics.apiServerErrors,
      from: alarms.apiServerErrors,
      harm: 'The HTTP API answers 5xx: clients cannot register tasks, so these will not be watched.',
      todo: 'Search the log of tasks-api for the `lambda_request_id` that the access log gives.',
    },
  ];
}

function webhookSpecs(metrics: Metrics, { webhooks, alarms }: Settings): AlarmSpec[] {
  if (!webhooks) return [];
  return [
    {
      id: 'WebhookFailed',
      metric: metrics.webhookFailed,
      from: alarms.webhookFailures,
      harm: 'Webhook events were dropped: their receivers do not learn how these tasks ended.',
      todo: 'Read host and reason in the log of deliver-webhook; have the receiver fixed, or add `webhook_secrets` to a profile that cannot sign, then replay.',
    },
  ];
}

/** A failed batch returns after 6 minutes: two failures in 15 are a pattern, and the alarm fires long before the queue gives up. */
function workerSpecs({ workerErrors }: Metrics): AlarmSpec[] {
  return workerErrors.map(({ name, errors }) => ({
    id: `${name}Errors`,
    metric: errors,
    minutes: 15,
    from: 2,
    harm: `The function behind the ${name} queue fails: queued messages are not being delivered and will end up in the dead-letter queue.`,
    todo: 'Read its log: an invalid secret, a timeout, too little memory. Messages still in the queue are delivered once that is fixed.',
  }));
}

/** The longest pause between two attempts is 4 h 48 min: the alarm must not end between them. */
const LONGEST_PAUSE_MINUTES = 300;

function waitingSpecs({ waiting }: Metrics, { alarms }: Settings): AlarmSpec[] {
  const minutes = alarms.oldestWaitingMinutes;
  return waiting.flatMap(({ name, oldestTried, oldestUntried }) => [
    {
      id: `${name}Waiting`,
      metric: oldestTried,
      minutes: LONGEST_PAUSE_MINUTES,
      from: minutes * 60,
      harm: `A message of ${name} has been tried for ${minutes} minutes: somebody has not learned how a task ended, and 24 hours after the first attempt the notifier gives up.`,
      todo: 'Read channel, host and reason in the log of the function; repair the receiver. What waits is sent by itself then.',
    },
    {
      id: `${name}NotPickedUp`,
      metric: oldestUntried,
      from: minutes * 60,
      harm: `A message has been in the ${name} queue for ${minutes} minutes without an attempt.`,
      todo: 'Check that the event source mapping of the function is enabled, and its concurrency; after two days SQS deletes the message.',
    },
  ]);
}

function deadLetterSpecs({ deadLetters }: Metrics): AlarmSpec[] {
  return deadLetters.map(({ name, visible }) => ({
    id: `${name}DeadLetters`,
    metric: visible,
    from: 1,
    ...(name === 'Poller' ? LOST_RUNS : lostMessages(name)),
  }));
}

function lostMessages(name: string) {
  return {
    harm: `Messages of ${name} are in the dead-letter queue: their receivers did not get them.`,
    todo: 'Read the messages, fix the cause, and redrive the queue; messages are deleted after 14 days.',
  };
}

/** A redrive is useless: the minute of such a run is past, and the next run does its work. */
const LOST_RUNS = {
  harm: 'EventBridge Scheduler could not start runs of the poller: notifications are delayed by one minute per run.',
  todo: 'Read the error in a message (usually a missing permission), fix it, and purge the queue.',
};
