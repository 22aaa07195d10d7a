import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Metrics } from './metrics.ts';
import type { Settings } from './settings.ts';

/** One alarm that rings when a metric's value is high. */
export type AlarmSpec = {
  id: string;
  metric: Metric;
  /** Over which the value is taken. Default: 5. */
  minutes?: number;
  /** Alarms from this value on. */
  from: number;
  /** What goes wrong for somebody while this lasts. */
  harm: string;
  /** What to do first. */
  todo: string;
};

/** All of them; the dead man's switch, which rings when there is no value, is not one. */
export function alarmSpecs(metrics: Metrics, settings: Settings): AlarmSpec[] {
  return [
    ...pollingSpecs(metrics, settings),
    ...tellingSpecs(metrics, settings),
    ...webhookSpecs(metrics, settings),
    ...workerSpecs(metrics),
    ...deadLetterSpecs(metrics),
  ];
}

function pollingSpecs(metrics: Metrics, { alarms }: Settings): AlarmSpec[] {
  return [
    {
      id: 'PollerErrors',
      metric: metrics.pollerErrors,
      from: alarms.pollerErrors,
      harm: 'Runs of the poller fail: news about tasks comes late, by a minute per failed run.',
      todo: 'Read the errors in the poller’s log; a time-out means that a shard has too much to do, so raise `shards`.',
    },
    {
      id: 'PollerThrottled',
      metric: metrics.pollerThrottles,
      from: alarms.pollerThrottles,
      harm: 'Lambda has no concurrency left for the poller: runs start late, and one that finds none for a minute is dropped.',
      todo: 'See which function of the account takes it, and ask AWS for a higher quota of concurrent executions.',
    },
    {
      id: 'BrokenProfile',
      metric: metrics.profileBroken,
      from: 1,
      harm: 'Huawei Cloud refuses the credentials of a profile: its tasks stay pending until they expire.',
      todo: 'The operator topic names the profile. Put valid credentials into the Huawei secret; no deploy is needed.',
    },
    {
      id: 'OldestPendingTooOld',
      metric: metrics.oldestPendingAge,
      from: alarms.oldestPendingMinutes * 60,
      harm: `A task has been pending for ${alarms.oldestPendingMinutes} minutes: somebody is waiting for it.`,
      todo: 'List `GET /tasks?state=pending` and see its last_error; ask Huawei Cloud, or stop watching it with DELETE.',
    },
  ];
}

function tellingSpecs(metrics: Metrics, { alarms }: Settings): AlarmSpec[] {
  return [
    {
      id: 'NotificationFailures',
      metric: metrics.notificationFailures,
      from: alarms.notificationFailures,
      harm: 'Notifications could not be handed over: people or machines do not learn how their tasks ended.',
      todo: 'Read the reason in the log of notify-slack or the poller; fix the channel or topic, then redrive.',
    },
    {
      id: 'ApiServerErrors',
      metric: metrics.apiServerErrors,
      from: alarms.apiServerErrors,
      harm: 'The HTTP API answers 5xx: clients cannot register tasks, so these will not be watched.',
      todo: 'Take lambda_request_id of the access log to the log of tasks-api.',
    },
  ];
}

function webhookSpecs(metrics: Metrics, { webhooks, alarms }: Settings): AlarmSpec[] {
  if (!webhooks) return [];
  return [
    {
      id: 'WebhookUnsigned',
      metric: metrics.webhookUnsigned,
      from: 1,
      harm: 'A callback is asked for and its profile has nothing to sign with: no webhook is sent, and its events are given up at once.',
      todo: 'Put `webhook_secrets` into the profile in the Huawei secret; then replay the tasks that the log of deliver-webhook names.',
    },
    {
      id: 'WebhookFailed',
      metric: metrics.webhookFailed,
      from: alarms.webhookFailures,
      harm: 'Events for webhooks were given up: their receivers do not learn how these tasks ended.',
      todo: 'Read host and reason in the log of deliver-webhook, start with WebhookUnsigned if that rings too, have the receiver fixed, then replay.',
    },
  ];
}

/** A batch that failed comes back after 6 minutes: two failures in 15 are no accident, and are seen long before it is given up. */
function workerSpecs({ workerErrors }: Metrics): AlarmSpec[] {
  return workerErrors.map(({ name, errors }) => ({
    id: `${name}Errors`,
    metric: errors,
    minutes: 15,
    from: 2,
    harm: `The function behind the ${name} queue fails: what waits there reaches nobody, and goes to the dead letters in the end.`,
    todo: 'Read its log: a secret that is wrong, a time-out, memory. What still waits is delivered once that is put right.',
  }));
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
    harm: `Messages of ${name} were given up: what they say has reached nobody.`,
    todo: 'Look at the messages, fix the cause, and start a redrive of the queue; they are lost after 14 days.',
  };
}

/** Nothing is worth a redrive: the minute of such a run is past, and the next run does its work. */
const LOST_RUNS = {
  harm: 'EventBridge Scheduler could not hand runs of the poller to Lambda: news about tasks comes late, by a minute per run.',
  todo: 'Look at the error in a message, mostly a permission that is gone; fix it, and purge the queue.',
};
