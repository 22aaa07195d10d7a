import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Backing } from './backing.ts';
import type { Poller } from './poller.ts';
import type { TasksApi } from './tasks-api.ts';

export type OutputProps = Backing & { api: TasksApi; poller: Poller; dashboard: Dashboard };

/** What a deployer needs next: where the API is, where each secret goes, and what the parts are called. */
export function addOutputs(stack: Stack, props: OutputProps) {
  const { tables, files, secrets, topics, api, poller, dashboard } = props;
  const outputs: [id: string, value: string | undefined, description: string][] = [
    ['ApiUrl', api.api.apiEndpoint, 'Base URL of the HTTP API'],
    ['HuaweiSecret', secrets.huawei.secretArn, 'Put the profiles here: {"profiles":{"default":{…}}}'],
    ['ApiKeysSecret', secrets.apiKeys.secretArn, 'Holds the first API key as generated_key'],
    ['SlackSecret', secrets.slack?.secretArn, 'Put the webhook URLs here: {"channels":{"default":"https://…"}}'],
    ['TaskEventsTopic', topics.events.topicArn, 'Subscribe machines here (CloudEvents)'],
    ['TaskAlertsTopic', topics.alerts.topicArn, 'Subscribe people here (plain text)'],
    ['OperatorTopic', topics.operator.topicArn, 'Alarms and broken profiles'],
    ['ChatTopic', topics.chat?.topicArn, 'Name this topic in Amazon Q Developer in chat applications'],
    ['PendingTable', tables.pending.tableName, 'Tasks that are not over'],
    ['ResultsTable', tables.results.tableName, 'How tasks ended'],
    ['FilesBucket', files.bucketName, 'Exported documents and large results'],
    ['PollerFunction', poller.function.functionName, 'Run it by hand with {"segment":0,"totalSegments":1}'],
    ['DashboardName', dashboard.dashboardName, 'CloudWatch dashboard'],
  ];
  for (const [id, value, description] of outputs) {
    if (value !== undefined) new CfnOutput(stack, id, { value, description });
  }
}
