import { Aws } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { createDashboard } from './dashboard.ts';
import { createMetrics } from './metrics.ts';
import type { Notifications } from './notifications.ts';
import type { Poller } from './poller.ts';
import type { Settings } from './settings.ts';
import type { TasksApi } from './tasks-api.ts';

export type MonitoringProps = {
  settings: Settings;
  poller: Poller;
  api: TasksApi;
  notifications: Notifications;
  operator: ITopic;
};

/** Alarms that go to the operator topic, and the dashboard to open when one of them rings. */
export class Monitoring extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { settings, poller, operator } = props;
    const metrics = createMetrics(watched(props));
    const alarms = new Alarms(this, 'Alarms', { metrics, settings, operator });
    this.dashboard = createDashboard(this, 'Dashboard', {
      // Alone of all names here a dashboard's is one for all regions of an account.
      name: `${settings.stackName}-${Aws.REGION}`,
      metrics,
      alarms: alarms.all,
      pollerLogGroup: poller.function.logGroup.logGroupName,
    });
  }
}

function watched({ settings, poller, api, notifications }: MonitoringProps) {
  const fed = [
    { name: 'Slack', worker: notifications.slack },
    { name: 'Webhooks', worker: notifications.webhooks },
  ].flatMap(({ name, worker }) => (worker ? [{ name, worker }] : []));
  const workers = fed.map(({ name, worker }) => ({ name, function: worker.function }));
  return {
    stackName: settings.stackName,
    api: api.api,
    poller: poller.function,
    scheduleGroup: poller.scheduleGroup.ref,
    wakes: poller.wakes,
    functions: [{ name: 'Poller', function: poller.function }, { name: 'API', function: api.function }, ...workers],
    workers,
    deadLetters: [
      { name: 'Poller', queue: poller.deadLetters },
      ...fed.map(({ name, worker }) => ({ name, queue: worker.deadLetters })),
    ],
  };
}
