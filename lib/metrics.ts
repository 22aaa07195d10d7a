import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  DELIVERY_METRICS,
  FAULT_CLASSES,
  METRICS,
  METRICS_NAMESPACE,
  OUTCOMES,
  WAITING_METRICS,
} from '../functions/names.ts';

/** A part that can be watched: a function by its name on the dashboard, or what it has given up. */
export type Watched = {
  stackName: string;
  api: HttpApi;
  poller: LambdaFunction;
  functions: { name: string; function: LambdaFunction }[];
  /** Those of the functions that are fed from a queue. */
  workers: { name: string; function: LambdaFunction }[];
  deadLetters: { name: string; queue: Queue }[];
  /** Those in which messages wait for their next attempt. */
  queues: { name: keyof typeof WAITING_METRICS; queue: Queue }[];
  /** Of the poller's schedules. */
  scheduleGroup: string;
  wakes: Queue;
};

export type Metrics = ReturnType<typeof createMetrics>;

/** Every metric that the dashboard shows or an alarm reads, per minute where nothing else is said. */
export function createMetrics(watched: Watched) {
  const { stackName, api, poller, functions, workers, deadLetters, queues, scheduleGroup, wakes } = watched;
  const own = (name: string, statistic: string, label?: string) =>
    new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: name,
      dimensionsMap: { service: stackName },
      statistic,
      period: Duration.minutes(1),
      ...(label && { label }),
    });
  const each = (prefix: string, kinds: readonly string[]) => kinds.map((kind) => own(`${prefix}_${kind}`, 'Sum', kind));
  return {
    pending: own(METRICS.pending, 'Maximum', 'pending (of the largest shard)'),
    oldestPendingAge: own(METRICS.oldestPendingAge, 'Maximum', 'oldest pending, s'),
    polls: own(METRICS.polls, 'Sum', 'polls'),
    pollErrors: own(METRICS.pollErrors, 'Sum', 'errors'),
    pollErrorsByClass: each(METRICS.pollErrors, FAULT_CLASSES),
    throttles: own(METRICS.throttles, 'Sum', 'throttled by Huawei Cloud'),
    unreadableRows: own(METRICS.unreadableRows, 'Sum', 'unreadable rows'),
    profileBroken: own(METRICS.profileBroken, 'Sum', 'broken profiles'),
    beats: new Metric({
      namespace: 'AWS/Scheduler',
      metricName: 'InvocationAttemptCount',
      dimensionsMap: { ScheduleGroup: scheduleGroup },
      statistic: 'Sum',
      period: Duration.minutes(1),
      label: 'heartbeats',
    }),
    unreadWakes: wakes.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'Minimum',
      label: 'unread wakes',
    }),
    outcomes: [
      own(METRICS.detectionDelay, 'SampleCount', 'all'),
      ...each(
        'Outcomes',
        OUTCOMES.filter((outcome) => outcome !== 'succeeded'),
      ),
    ],
    detectionDelay: ['p50', 'p95'].map((statistic) => own(METRICS.detectionDelay, statistic, statistic)),
    notificationFailures: own(METRICS.notificationFailures, 'Sum', 'failed'),
    webhookFailed: own(DELIVERY_METRICS['webhooks: never'], 'Sum'),
    deliveries: Object.entries(DELIVERY_METRICS).map(([label, name]) => own(name, 'Sum', label)),
    pollerErrors: poller.metricErrors({ period: Duration.minutes(1), label: 'failed runs' }),
    pollerThrottles: poller.metricThrottles({ period: Duration.minutes(1), label: 'refused starts' }),
    apiRequests: api.metricCount({ period: Duration.minutes(1), label: 'requests' }),
    apiClientErrors: api.metricClientError({ period: Duration.minutes(1), label: '4xx' }),
    apiServerErrors: api.metricServerError({ period: Duration.minutes(1), label: '5xx' }),
    apiLatency: api.metricLatency({ period: Duration.minutes(1), statistic: 'p95', label: 'latency p95' }),
    durations: functions.map(({ name, function: lambda }) =>
      lambda.metricDuration({ period: Duration.minutes(1), statistic: 'p95', label: name }),
    ),
    workerErrors: workers.map(({ name, function: lambda }) => ({
      name,
      errors: lambda.metricErrors({ period: Duration.minutes(1), label: `${name}: failed runs` }),
    })),
    waiting: queues.map(({ name, queue }) => ({
      name,
      /** SQS counts a message that was given back as in flight until its next attempt. */
      messages: [
        queue.metricApproximateNumberOfMessagesNotVisible(minutely(`${name}: waiting`)),
        queue.metricApproximateNumberOfMessagesVisible(minutely(`${name}: due`)),
      ],
      /** Of what was tried. SQS leaves out of its own age what it has handed out more than three times. */
      oldestTried: own(WAITING_METRICS[name], 'Maximum', `${name}: oldest, s`),
      /** Of what nobody has picked up. */
      oldestUntried: queue.metricApproximateAgeOfOldestMessage(minutely(`${name}: not picked up, s`)),
    })),
    deadLetters: deadLetters.map(({ name, queue }) => ({
      name,
      visible: queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
        label: name,
      }),
    })),
  };
}

function minutely(label: string) {
  return { period: Duration.minutes(1), statistic: 'Maximum', label };
}
