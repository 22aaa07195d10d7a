import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { type Check, ok, warn } from './check.ts';
import { type Deployment, resourcesOf, withoutHash } from './read-deployment.ts';

const NAME = 'alarms';
const ID_PREFIX = 'MonitoringAlarms';
/** Source: DescribeAlarms. */
const MAX_NAMES = 100;

/** Which of the stack's alarms are firing now. */
export function alarmsCheck(client: CloudWatchClient, deployment: Deployment): Check {
  return {
    name: NAME,
    async run() {
      const alarms = resourcesOf(deployment, 'AWS::CloudWatch::Alarm').slice(0, MAX_NAMES);
      if (alarms.length === 0) return [warn(NAME, `the stack has no ${NAME}`, 'deploy with `npm run deploy`')];
      const AlarmNames = alarms.map(({ physicalId }) => physicalId);
      const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames }));
      const firing = new Set(
        MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM').map(({ AlarmName }) => AlarmName),
      );
      const names = alarms
        .filter(({ physicalId }) => firing.has(physicalId))
        .map(({ logicalId }) => shortName(logicalId));
      if (names.length === 0) return [ok(NAME, `${alarms.length} alarms, none firing`)];
      return names.map((name) => warn(NAME, `${name} is firing`, `see docs/operations.md, ${name}`));
    },
  };
}

function shortName(logicalId: string): string {
  const name = withoutHash(logicalId);
  return name.startsWith(ID_PREFIX) ? name.slice(ID_PREFIX.length) : name;
}
