import { describe, expect, it } from 'vitest';
import { permissionsOf } from './permissions.ts';
import { EVERYTHING, propertiesOf, resourcesOf, synthesize } from './synthesize.ts';

const everything = synthesize(EVERYTHING);
const MARKER_ROWS = 'if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["alert#*","label#*"]}}';
const SHARDS = 'if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["shard#*"]}}';

const part = (name: string) => `if {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${name}"]}}`;
const THROUGH_DYNAMODB = `if ${JSON.stringify({
  StringEquals: {
    'kms:ViaService': { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
  },
})}`;
const onKey = (actions: string[]) => actions.map((action) => `kms:${action} TopicsKey ${THROUGH_DYNAMODB}`);
const READS_PARTS = onKey(['Decrypt', 'DescribeKey']);
const WRITES_PARTS = onKey(
  ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'].concat([
    'ReEncryptFrom',
    'ReEncryptTo',
  ]),
);
const expectPermissions = (role: string, expected: string[]) =>
  expect(permissionsOf(everything, role)).toEqual(expected.toSorted());

describe('least privilege', () => {
  it('lets the poller read what is pending, store what is over, and tell every topic', () => {
    expectPermissions('PollerFunctionRole', [
      'dynamodb:DeleteItem TablesPending',
      `dynamodb:DeleteItem TablesResults ${MARKER_ROWS}`,
      'dynamodb:GetItem TablesResults',
      'dynamodb:PutItem TablesResults',
      `dynamodb:PutItem TablesResults ${MARKER_ROWS}`,
      'dynamodb:Scan TablesPending',
      'dynamodb:UpdateItem TablesPending',
      `dynamodb:UpdateItem TablesResults ${SHARDS}`,
      'dynamodb:PutItem ProfilePartsTable',
      'kms:Decrypt TopicsKey',
      'kms:GenerateDataKey TopicsKey',
      ...WRITES_PARTS,
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
    expectPermissions('TasksApiFunctionRole', [
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
      `dynamodb:GetItem ProfilePartsTable ${part('public')}`,
      ...READS_PARTS,
      'secretsmanager:GetSecretValue SecretsApiKeys',
      'sns:Publish TopicsChat',
      'sns:Publish TopicsTaskAlerts',
      'sns:Publish TopicsTaskEvents',
      'sqs:SendMessage WakesQueue',
    ]);
  });

  it('lets the channels function take from its queue, put off, bury, note deliveries and read them, and tell operators', () => {
    expect(permissionsOf(everything, 'NotificationsChannelsFunctionRole')).toEqual([
      'dynamodb:GetItem TablesResults',
      'dynamodb:UpdateItem TablesResults',
      'kms:Decrypt TopicsKey',
      'kms:GenerateDataKey TopicsKey',
      'logs:CreateLogStream NotificationsChannelsFunctionLogs',
      'logs:PutLogEvents NotificationsChannelsFunctionLogs',
      'secretsmanager:GetSecretValue SecretsChannels',
      'sns:Publish TopicsOperator',
      'sqs:ChangeMessageVisibility NotificationsChannelsQueue',
      'sqs:DeleteMessage NotificationsChannelsQueue',
      'sqs:GetQueueAttributes NotificationsChannelsQueue',
      'sqs:ReceiveMessage NotificationsChannelsQueue',
      'sqs:SendMessage NotificationsChannelsDeadLetters',
    ]);
  });

  it('lets the webhook function take from its queue, put off, bury, and record', () => {
    expectPermissions('NotificationsWebhooksFunctionRole', [
      `dynamodb:GetItem ProfilePartsTable ${part('signing')}`,
      ...READS_PARTS,
      'dynamodb:GetItem TablesResults',
      'dynamodb:UpdateItem TablesResults',
      'logs:CreateLogStream NotificationsWebhooksFunctionLogs',
      'logs:PutLogEvents NotificationsWebhooksFunctionLogs',
      'sqs:ChangeMessageVisibility NotificationsWebhooksQueue',
      'sqs:DeleteMessage NotificationsWebhooksQueue',
      'sqs:GetQueueAttributes NotificationsWebhooksQueue',
      'sqs:ReceiveMessage NotificationsWebhooksQueue',
      'sqs:SendMessage NotificationsWebhooksDeadLetters',
    ]);
  });

  it('lets each function read what it needs of what is secret, and nothing else', () => {
    const whole = synthesize({ ...EVERYTHING, starts: true });
    const readable = ({ id }: { id: string }) => {
      const lines = permissionsOf(whole, id.replace(/[0-9A-F]{8}$/, ''));
      const secrets = lines
        .filter((line) => line.startsWith('secretsmanager:'))
        .map((line) => line.split(' Secrets')[1]);
      const parts = lines.map((line) => /GetItem ProfilePartsTable .*\["(\w+)"\]/.exec(line)?.[1]);
      return [...secrets, ...parts.filter((one) => one !== undefined)].join(' ');
    };
    const roles = resourcesOf(whole, 'AWS::IAM::Role');
    expect(Object.fromEntries(roles.map((role) => [role.id.replace(/(Function)?Role.*/, ''), readable(role)]))).toEqual(
      {
        Poller: 'Huawei',
        StartTasks: 'ApiKeys Huawei',
        TasksApi: 'ApiKeys public',
        NotificationsWebhooks: 'signing',
        NotificationsChannels: 'Channels',
        PollerScheduler: '',
        StartTasksHeartbeat: '',
      },
    );
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
