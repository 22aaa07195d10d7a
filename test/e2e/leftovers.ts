import { DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListSubscriptionsCommand, ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Aws } from './aws.ts';

/** Names of all tables and buckets in the account but CDK's own, and all that is there of what a stack must take along. */
export async function listLeftovers(aws: Aws): Promise<{ data: string[]; others: unknown[] }> {
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
  return { data: [...TableNames, ...buckets].sort(), others: found.flat() };
}
