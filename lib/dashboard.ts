import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  PeriodOverride,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Metrics } from './metrics.ts';

export type DashboardProps = { name: string; metrics: Metrics; alarms: Alarm[]; pollerLogGroup: string };

const READ_ME = `**Top row**: is anything wrong now? **Second row**: how much is pending, and how soon are people notified?
**Below**: polls and answers of Huawei Cloud, outcomes, notifications, the API, and dead letters.
A growing *pending* with steady *polls* means slow tasks; with growing *throttled*, a profile's rate is too high; with neither, add shards.`;

/** One dashboard, read from top to bottom: alarms, the service as its users feel it, then each part. */
export function createDashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  return new Dashboard(scope, id, {
    dashboardName: props.name,
    defaultInterval: Duration.hours(6),
    periodOverride: PeriodOverride.AUTO,
    widgets: [...overview(props), ...polling(props.metrics), ...telling(props.metrics), errors(props.pollerLogGroup)],
  });
}

function overview({ metrics, alarms }: DashboardProps): IWidget[][] {
  return [
    [
      new AlarmStatusWidget({ title: 'Alarms', alarms, width: 16, height: 4 }),
      new TextWidget({ markdown: READ_ME, width: 8, height: 4 }),
    ],
    [
      new SingleValueWidget({
        title: 'Now',
        metrics: [metrics.pending, metrics.oldestPendingAge, metrics.beats],
        width: 12,
        height: 4,
      }),
      graph('Detection delay (s): from the end at Huawei Cloud to the stored result', metrics.detectionDelay, {
        width: 12,
        height: 4,
      }),
    ],
  ];
}

function polling(metrics: Metrics): IWidget[][] {
  return [
    [
      graph('Pending tasks, unreadable rows | oldest (s)', [metrics.pending, metrics.unreadableRows], {
        right: [metrics.oldestPendingAge],
      }),
      graph('Polls | throttled', [metrics.polls], { right: [metrics.throttles] }),
      graph('Poll errors by class | broken profiles', metrics.pollErrorsByClass, {
        right: [metrics.profileBroken],
        stacked: true,
      }),
    ],
    [
      graph('Outcomes', metrics.outcomes, { stacked: true }),
      graph('Heartbeats, unread wakes | failed runs and refused starts', [metrics.beats, metrics.unreadWakes], {
        right: [metrics.pollerErrors, metrics.pollerThrottles],
      }),
      graph('Duration p95 (ms)', metrics.durations),
    ],
  ];
}

function telling(metrics: Metrics): IWidget[][] {
  return [
    [
      graph('Failed notifications | deliveries from the queues', [metrics.notificationFailures], {
        right: [...metrics.deliveries, ...metrics.workerErrors.map(({ errors }) => errors)],
      }),
      graph(
        'Undelivered messages | age of the oldest (s)',
        metrics.waiting.flatMap(({ messages }) => messages),
        {
          right: metrics.waiting.flatMap(({ oldestTried, oldestUntried }) => [oldestTried, oldestUntried]),
        },
      ),
      graph('API requests', [metrics.apiRequests, metrics.apiClientErrors, metrics.apiServerErrors], {
        right: [metrics.apiLatency],
      }),
      graph(
        'Dead letters',
        metrics.deadLetters.map(({ visible }) => visible),
      ),
    ],
  ];
}

function errors(logGroup: string): IWidget[] {
  return [
    new LogQueryWidget({
      title: 'Warnings and errors of the poller',
      logGroupNames: [logGroup],
      queryLines: [
        'fields @timestamp, level, message, task_id',
        'filter level in ["WARN", "ERROR"]',
        'sort @timestamp desc',
        'limit 20',
      ],
      width: 24,
      height: 6,
    }),
  ];
}

type GraphOptions = { right?: IMetric[]; stacked?: boolean; width?: number; height?: number };

function graph(title: string, left: IMetric[], options: GraphOptions = {}): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 }, ...options });
}
