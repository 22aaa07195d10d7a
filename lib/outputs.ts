import { CfnOutput } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Backing } from './backing.ts';
import type { Notifications } from './notifications.ts';
import type { Poller } from './poller.ts';
import type { QueueWorker } from './queue-worker.ts';
import type { StartTasks } from './start-tasks.ts';
import type { TasksApi } from './tasks-api.ts';

export type OutputProps = Backing & {
  api: TasksApi;
  starts: StartTasks | undefined;
  poller: Poller;
  notifications: Notifications;
  dashboard: Dashboard;
};

type Output = [id: string, value: string | undefined, description: string];

/**
 * What a deployer needs next, and every name that a command of docs/operations.md takes. In an app of one's own the names
 * begin with the construct's id (`TasksApiUrl`), without the hash that CDK would add.
 */
export function addOutputs(scope: Construct, props: OutputProps) {
  const prefix = scope.node.id === 'Default' ? '' : scope.node.id.replace(/[^A-Za-z0-9]/g, '');
  for (const [id, value, description] of [...outputsToUse(props), ...outputsToOperate(props)]) {
    if (value !== undefined) new CfnOutput(scope, id, { value, description }).overrideLogicalId(prefix + id);
  }
}

function outputsToUse({ tables, files, secrets, topics, api }: OutputProps): Output[] {
  return [
    ['ApiUrl', api.url, 'Base URL of the HTTP API'],
    ['HuaweiSecret', secrets.huawei.secretArn, 'Put the profiles here: {"profiles":{"default":{…}}}'],
    ['ApiKeysSecret', secrets.apiKeys.secretArn, 'Contains the first API key as generated_key'],
    [
      'ChannelsSecret',
      secrets.channels?.secretArn,
      'Put channels and rules here: {"channels":{"default":"https://…"}}',
    ],
    ['TaskEventsTopic', topics.events.topicArn, 'Subscribe machines here (CloudEvents)'],
    ['TaskAlertsTopic', topics.alerts.topicArn, 'Subscribe people here (plain text)'],
    ['OperatorTopic', topics.operator.topicArn, 'Alarms and broken profiles'],
    ['ChatTopic', topics.chat?.topicArn, 'Name this topic in Amazon Q Developer in chat applications'],
    ['PendingTable', tables.pending.tableName, 'Pending tasks'],
    ['ResultsTable', tables.results.tableName, 'Results of tasks'],
    ['FilesBucket', files.bucketName, 'Exported documents and large results'],
  ];
}

function outputsToOperate({ api, starts, poller, notifications, dashboard }: OutputProps): Output[] {
  return [
    ['DashboardName', dashboard.dashboardName, 'CloudWatch dashboard'],
    ['PollerFunction', poller.function.functionName, 'Run it by hand with {"segment":0,"totalSegments":1}'],
    ['PollerLogs', poller.function.logGroup.logGroupName, 'Log of PollerFunction'],
    ['PollerDeadLetters', poller.deadLetters.queueUrl, 'Runs of the poller that could not be started'],
    ['ScheduleGroup', poller.scheduleGroup.ref, 'The schedules that run the poller'],
    ['TasksApiFunction', api.function.functionName, 'Answers the HTTP API'],
    ['TasksApiLogs', api.function.logGroup.logGroupName, 'Log of TasksApiFunction'],
    ['StartTasksFunction', starts?.function.functionName, 'Starts imports and exports'],
    ['StartTasksLogs', starts?.function.logGroup.logGroupName, 'Log of StartTasksFunction'],
    ['AccessLogs', api.accessLogs.logGroupName, 'One line per request to the HTTP API'],
    ...workerOutputs('Channels', notifications.channels),
    ...workerOutputs('Webhooks', notifications.webhooks),
  ];
}

/** Nothing for a worker that is switched off. */
function workerOutputs(name: string, worker: QueueWorker | undefined): Output[] {
  return [
    [`${name}Function`, worker?.function.functionName, `Delivers the messages of ${name}Queue`],
    [`${name}Logs`, worker?.function.logGroup.logGroupName, `Log of ${name}Function`],
    [`${name}Queue`, worker?.queue.queueUrl, 'Events waiting for delivery'],
    [`${name}QueueArn`, worker?.queue.queueArn, `Redrive ${name}DeadLetters to here`],
    [`${name}DeadLetters`, worker?.deadLetters.queueUrl, 'Events that could not be delivered'],
    [`${name}DeadLettersArn`, worker?.deadLetters.queueArn, 'Redrive from here'],
  ];
}
