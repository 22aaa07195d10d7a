import { DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { STACK_NAME } from './cdk.ts';
import type { Deployment } from './deploy.ts';
import type { World } from './world.ts';

const METRIC = { Namespace: 'ApigTaskNotifier', MetricName: 'UnreadableRows' };

/** That an alarm reaches the operator topic. The metric is put here: the emulator makes none of the functions' log lines. */
export async function verifyAlarm({ report, aws }: World, { operator }: Deployment): Promise<void> {
  const { MetricAlarms = [] } = await aws.cloudWatch.send(new DescribeAlarmsCommand({}));
  const alarm = MetricAlarms.find(({ MetricName }) => MetricName === METRIC.MetricName);
  report.check(
    `one of ${MetricAlarms.length} alarms watches for rows that cannot be read`,
    alarm !== undefined,
    MetricAlarms,
  );
  const Dimensions = [{ Name: 'service', Value: STACK_NAME }];
  const MetricData = [{ MetricName: METRIC.MetricName, Dimensions, Value: 1, Unit: 'Count' as const }];
  await aws.cloudWatch.send(new PutMetricDataCommand({ Namespace: METRIC.Namespace, MetricData }));
  const told = await report.until({
    what: 'waiting for the alarm',
    timeoutMs: 30_000,
    async probe() {
      await operator.receive();
      return operator.messages
        .map(({ Message }) => String(Message))
        .find((text) => text.includes(`${alarm?.AlarmName}`));
    },
  });
  const { NewStateValue, AlarmDescription } = JSON.parse(told);
  const saysWhat = NewStateValue === 'ALARM' && String(AlarmDescription).includes('register the task again');
  report.check('an unreadable row raises its alarm on the operator topic, which says what to do', saysWhat, told);
}
