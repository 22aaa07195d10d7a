import { describe, expect, it } from 'vitest';
import { permissionsOf } from './permissions.ts';
import { EVERYTHING, propertiesOf, resourcesOf, synthesize } from './synthesize.ts';

const everything = synthesize(EVERYTHING);
const ALERT_MEMORY = 'if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["alert#*"]}}';
const SHARDS = 'if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["shard#*"]}}';

describe('least privilege', () => {
  it('lets the poller read what is pending, store what is over, and tell every topic', () => {
    expect(permissionsOf(everything, 'PollerFunctionRole')).toEqual([
      'dynamodb:DeleteItem TablesPending',
      `dynamodb:DeleteItem TablesResults ${ALERT_MEMORY}`,
      'dynamodb:GetItem TablesResults',
      'dynamodb:PutItem TablesResults',
      `dynamodb:PutItem TablesResults ${ALERT_MEMORY}`,
      'dynamodb:Scan TablesPending',
      'dynamodb:UpdateItem TablesPending',
      `dynamodb:UpdateItem TablesResults ${SHARDS}`,
      'kms:Decrypt TopicsKey',
      'kms:GenerateDataKey TopicsKey',
      'logs:CreateLogStream PollerFunctionLogs',
      'logs:PutLogEvents PollerFunctionLogs',
      's3:PutObject Files/*',
      'secretsmanager:GetSecretValue SecretsHuawei',
      'sns:Publish TopicsChat',
      'sns:Publish TopicsOperator',
      'sns:Publish TopicsTaskAlerts',
      'sns:Publish TopicsTaskEvents',
      'sqs:DeleteMessage WakesQueue',
      'sqs:GetQueueAttributes WakesQueue',
      'sqs:ReceiveMessage WakesQueue',
      'sqs:SendMessage WakesQueue',
    ]);
  });

  it('lets the API register, read, stop and watch again, and publish again', () => {
    expect(permissionsOf(everything, 'TasksApiFunctionRole')).toEqual([
      'dynamodb:DeleteItem TablesPending',
      'dynamodb:DeleteItem TablesResults',
      'dynamodb:GetItem TablesPending',
      'dynamodb:GetItem TablesResults',
      'dynamodb:PutItem TablesPending',
      'dynamodb:Query TablesResults/index/newest',
      'dynamodb:Scan TablesPending',
      'kms:Decrypt TopicsKey',
      'kms:GenerateDataKey TopicsKey',
      'logs:CreateLogStream TasksApiFunctionLogs',
      'logs:PutLogEvents TasksApiFunctionLogs',
      's3:GetObject Files/*',
      's3:ListBucket Files',
      'secretsmanager:GetSecretValue SecretsApiKeys',
      'secretsmanager:GetSecretValue SecretsHuawei',
      'sns:Publish TopicsChat',
      'sns:Publish TopicsTaskAlerts',
      'sns:Publish TopicsTaskEvents',
      'sqs:SendMessage WakesQueue',
    ]);
  });

  it('lets the Slack function take from its queue, bury, note deliveries, and tell operators', () => {
    expect(permissionsOf(everything, 'NotificationsSlackFunctionRole')).toEqual([
      'dynamodb:UpdateItem TablesResults',
      'kms:Decrypt TopicsKey',
      'kms:GenerateDataKey TopicsKey',
      'logs:CreateLogStream NotificationsSlackFunctionLogs',
      'logs:PutLogEvents NotificationsSlackFunctionLogs',
      'secretsmanager:GetSecretValue SecretsSlack',
      'sns:Publish TopicsOperator',
      'sqs:DeleteMessage NotificationsSlackQueue',
      'sqs:GetQueueAttributes NotificationsSlackQueue',
      'sqs:ReceiveMessage NotificationsSlackQueue',
      'sqs:SendMessage NotificationsSlackDeadLetters',
    ]);
  });

  it('lets the webhook function take from its queue, put off, bury, and record', () => {
    expect(permissionsOf(everything, 'NotificationsWebhooksFunctionRole')).toEqual([
      'dynamodb:GetItem TablesResults',
      'dynamodb:UpdateItem TablesResults',
      'logs:CreateLogStream NotificationsWebhooksFunctionLogs',
      'logs:PutLogEvents NotificationsWebhooksFunctionLogs',
      'secretsmanager:GetSecretValue SecretsHuawei',
      'sqs:ChangeMessageVisibility NotificationsWebhooksQueue',
      'sqs:DeleteMessage NotificationsWebhooksQueue',
      'sqs:GetQueueAttributes NotificationsWebhooksQueue',
      'sqs:ReceiveMessage NotificationsWebhooksQueue',
      'sqs:SendMessage NotificationsWebhooksDeadLetters',
    ]);
  });

  it('lets the schedules run the poller and bury what they could not', () => {
    expect(permissionsOf(everything, 'PollerSchedulerRole')).toEqual([
      'lambda:InvokeFunction PollerFunction',
      'sqs:SendMessage PollerDeadLetters',
    ]);
  });

  it('has these five roles and no policy beside theirs', () => {
    everything.resourceCountIs('AWS::IAM::Role', 5);
    everything.resourceCountIs('AWS::IAM::Policy', 0);
    everything.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    for (const { id, Properties } of resourcesOf(everything, 'AWS::IAM::Role')) {
      expect(Properties, id).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('lets only the API and its own topics in from outside', () => {
    const principals = resourcesOf(everything, 'AWS::Lambda::Permission').map(({ Properties }) => Properties.Principal);
    expect(principals).toEqual(['apigateway.amazonaws.com']);
    const policy = propertiesOf(everything, 'AWS::SQS::QueuePolicy', 'NotificationsWebhooksQueue');
    expect(JSON.stringify(policy)).toContain('"aws:SourceArn":{"Ref":"TopicsTaskEvents');
  });
});
