import { globSync, readFileSync } from 'node:fs';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  OUTCOMES as CORE_OUTCOMES,
  DELIVERY_METRICS,
  FAULT_CLASSES,
  METRICS,
  METRICS_NAMESPACE,
  OUTCOMES,
} from '../../functions/names.ts';
import { createStack, EVERYTHING, propertiesOf, resourcesOf, synthesize } from './synthesize.ts';

const everything = synthesize(EVERYTHING);
const alarms = resourcesOf(everything, 'AWS::CloudWatch::Alarm');
const alarm = (name: string, template = everything) =>
  propertiesOf(template, 'AWS::CloudWatch::Alarm', `MonitoringAlarms${name}`);
const dashboardText = JSON.stringify(propertiesOf(everything, 'AWS::CloudWatch::Dashboard', 'Monitoring'))
  .replaceAll('\\\\"', '"')
  .replaceAll('\\"', '"');

describe('alarms', () => {
  it('cover every way to fail somebody', () => {
    expect(alarms.map(({ id }) => id.slice('MonitoringAlarms'.length, -8)).sort()).toEqual(
      [
        'ApiClientErrors',
        'ApiFlooded',
        'ApiServerErrors',
        'NotificationFailures',
        'OldestPendingTooOld',
        'PollerDeadLetters',
        'PollerErrors',
        'PollerSilent',
        'PollerThrottled',
        'ChannelsDeadLetters',
        'ChannelsErrors',
        'ChannelsNotPickedUp',
        'ChannelsWaiting',
        'UnreadableRows',
        'WakesUnread',
        'WebhookFailed',
        'WebhooksDeadLetters',
        'WebhooksErrors',
        'WebhooksNotPickedUp',
        'WebhooksWaiting',
      ].sort(),
    );
  });

  it('come with a warning at synth if only tasks with a longer deadline could make one fire', () => {
    const warningsOf = (settings: unknown) =>
      Annotations.fromStack(createStack(settings).stack).findWarning('*', Match.anyValue());
    expect(warningsOf({})).toEqual([]);
    expect(warningsOf({ taskDeadlineHours: 2, alarms: { oldestPendingMinutes: 119 } })).toEqual([]);
    const [warning] = warningsOf({ taskDeadlineHours: 1 });
    expect(warning?.entry.data).toMatch(
      /oldestPendingMinutes is 60, but a task expires after taskDeadlineHours, 60 min/,
    );
  });

  it('tell operators when they start and when they end', () => {
    const operator = { Ref: expect.stringMatching(/^TopicsOperator/) };
    for (const { id, Properties } of alarms) {
      expect(Properties.AlarmActions, id).toEqual([operator]);
      expect(Properties.OKActions, id).toEqual([operator]);
    }
  });

  it('say in one or two sentences each what harm they signal and what to do', () => {
    for (const { id, Properties } of alarms) {
      expect(Properties.AlarmDescription, id).toMatch(/^[A-Z].{30,}[.:] .{30,}\.$/);
      expect(String(Properties.AlarmDescription).length, id).toBeLessThanOrEqual(1024);
    }
  });

  it('read plain metrics, without metric math', () => {
    for (const { id, Properties } of alarms) expect(Properties, id).not.toHaveProperty('Metrics');
  });

  it('take silence of the poller, and of one shard of it, for the worst news', () => {
    expect(alarm('PollerSilent')).toMatchObject({
      Namespace: 'AWS/Scheduler',
      MetricName: 'InvocationAttemptCount',
      Dimensions: [{ Name: 'ScheduleGroup', Value: { Ref: expect.stringMatching(/^PollerSchedules/) } }],
      Period: 60,
      EvaluationPeriods: 13,
      DatapointsToAlarm: 10,
      Threshold: EVERYTHING.shards,
      ComparisonOperator: 'LessThanThreshold',
      // Without any heartbeat there is no value at all. At a first deployment that is no change of state.
      TreatMissingData: 'missing',
      InsufficientDataActions: [{ Ref: expect.stringMatching(/^TopicsOperator/) }],
    });
    expect(alarm('PollerSilent', synthesize()).Threshold).toBe(1);
  });

  it('notice within a quarter of an hour that nobody reads the wakes', () => {
    const { Period, EvaluationPeriods, ...rest } = alarm('WakesUnread');
    expect(rest).toMatchObject({
      ...{ Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Statistic: 'Minimum', Threshold: 1 },
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [expect.stringMatching(/^WakesQueue/), 'QueueName'] } }],
    });
    expect(Number(Period) * Number(EvaluationPeriods)).toBeLessThanOrEqual(10 * 60);
  });

  it('notice a pending row that no scan can read', () => {
    expect(alarm('UnreadableRows')).toMatchObject({
      ...{ Namespace: METRICS_NAMESPACE, MetricName: 'UnreadableRows', Statistic: 'Sum', Threshold: 1 },
      AlarmDescription: expect.stringMatching(/not watched.*DELETE/),
    });
  });

  it('are not set off by a first deployment, when there are no data yet', () => {
    for (const { id, Properties } of alarms) {
      expect(Properties.TreatMissingData, id).toBe(id.includes('PollerSilent') ? 'missing' : 'notBreaching');
    }
  });

  it('have thresholds from the settings', () => {
    const template = synthesize({
      alarms: {
        pollerErrors: 2,
        pollerThrottles: 7,
        pollerSilentMinutes: 20,
        oldestPendingMinutes: 30,
        notificationFailures: 4,
        webhookFailures: 5,
        apiServerErrors: 6,
        apiRequests: 700,
        apiClientErrors: 8,
      },
    });
    expect(alarm('PollerErrors', template).Threshold).toBe(2);
    expect(alarm('PollerThrottled', template).Threshold).toBe(7);
    expect(alarm('PollerSilent', template)).toMatchObject({ DatapointsToAlarm: 20, EvaluationPeriods: 25 });
    expect(alarm('OldestPendingTooOld', template).Threshold).toBe(1_800);
    expect(alarm('NotificationFailures', template).Threshold).toBe(4);
    expect(alarm('WebhookFailed', template).Threshold).toBe(5);
    expect(alarm('ApiServerErrors', template).Threshold).toBe(6);
    expect(alarm('ApiFlooded', template)).toMatchObject({
      MetricName: 'Count',
      Threshold: 700,
      Statistic: 'SampleCount',
    });
    expect(alarm('ApiClientErrors', template)).toMatchObject({ MetricName: '4xx', Threshold: 8, Statistic: 'Sum' });
  });

  it('fire at the first undelivered webhook, unsigned ones included', () => {
    expect(alarm('WebhookFailed')).toMatchObject({
      ...{ Namespace: METRICS_NAMESPACE, MetricName: DELIVERY_METRICS['webhooks: never'] },
      ...{ Statistic: 'Sum', Period: 300, Dimensions: [{ Name: 'service', Value: 'ApigTaskNotifier' }] },
      ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
      AlarmDescription: expect.stringMatching(/were dropped.*fixed, or add `webhook_secrets`.*then replay/),
    });
    expect(() => alarm('WebhookFailed', synthesize({ webhooks: false }))).toThrow('No AWS::CloudWatch::Alarm');
  });

  it('hear of starts that Lambda refuses, which never come to the schedule’s dead letters', () => {
    expect(alarm('PollerThrottled')).toMatchObject({
      ...{ Namespace: 'AWS/Lambda', MetricName: 'Throttles', Statistic: 'Sum', Period: 300, Threshold: 5 },
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: expect.stringMatching(/^PollerFunction/) } }],
    });
    const { DestinationConfig } = propertiesOf(everything, 'AWS::Lambda::EventInvokeConfig', 'PollerFunction');
    expect(DestinationConfig).toBeUndefined();
  });

  it.each([
    ['ChannelsErrors', 'NotificationsChannelsQueue'],
    ['WebhooksErrors', 'NotificationsWebhooksQueue'],
  ])('hear of a function that fails twice at a message, before its queue gives it up: %s', (name, queueId) => {
    const { Period, Threshold, ...rest } = alarm(name);
    expect(rest).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum' });
    const queue = propertiesOf(everything, 'AWS::SQS::Queue', queueId);
    const [comesBackAfterS, receives] = [
      queue.VisibilityTimeout as number,
      (queue.RedrivePolicy as { maxReceiveCount: number }).maxReceiveCount,
    ];
    expect(Period).toBeGreaterThan(comesBackAfterS * (Number(Threshold) - 1));
    expect(Period).toBeLessThan(comesBackAfterS * (receives - 1));
    expect(() => alarm(name, synthesize({ webhooks: false }))).toThrow('No AWS::CloudWatch::Alarm');
  });

  it('advise no redrive of runs whose minute is past', () => {
    expect(alarm('PollerDeadLetters').AlarmDescription).toMatch(/Scheduler could not start runs.*purge the queue/);
    expect(alarm('PollerDeadLetters').AlarmDescription).not.toContain('redrive');
    expect(alarm('ChannelsDeadLetters').AlarmDescription).toContain('redrive');
  });

  it('watch the dead letters themselves', () => {
    expect(alarm('ChannelsDeadLetters')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': [expect.stringMatching(/^NotificationsChannelsDeadLetters/), 'QueueName'] },
        },
      ],
    });
  });
});

describe('the dashboard', () => {
  it('has a name of its own in each region, for dashboards are global', () => {
    expect(propertiesOf(everything, 'AWS::CloudWatch::Dashboard', 'Monitoring').DashboardName).toEqual({
      'Fn::Join': ['', ['ApigTaskNotifier-', { Ref: 'AWS::Region' }]],
    });
  });

  it('shows every metric that the functions emit', () => {
    const names = [...Object.values(METRICS), ...Object.values(DELIVERY_METRICS)];
    for (const name of names.filter((each) => each !== METRICS.pollErrors)) {
      expect(dashboardText).toContain(`"${name}"`);
    }
    for (const fault of FAULT_CLASSES) expect(dashboardText).toContain(`"PollErrors_${fault}"`);
    for (const outcome of OUTCOMES.slice(1)) expect(dashboardText).toContain(`"Outcomes_${outcome}"`);
  });

  // The other direction, a metric without a name here, is a type error of `MetricSink`.
  it('shows nothing that no function emits', () => {
    const sources = globSync('functions/*/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const shown = [...Object.values(METRICS), ...Object.values(DELIVERY_METRICS)];
    const silent = shown.filter((name) => !sources.some((text) => text.includes(`'${name}'`)));
    expect(silent).toEqual([]);
  });

  it('knows the same outcomes as the functions', () => {
    expect([...OUTCOMES].sort()).toEqual([...CORE_OUTCOMES].sort());
  });
});
