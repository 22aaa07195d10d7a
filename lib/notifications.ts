import { Duration } from 'aws-cdk-lib';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Backing } from './backing.ts';
import { allow } from './node-function.ts';
import { type Queues, QueueWorker } from './queue-worker.ts';

/**
 * The functions give a message up 24 hours after its first attempt. Neither queue may forget it or move it away before:
 * one that comes back at every visibility time-out, because the function itself fails, is received about 240 times a day.
 */
const PATIENCE = { retention: Duration.days(2), maxReceives: 250 };

/** The functions behind `TaskEvents`: one tells the named channels, one calls the webhooks that tasks or profiles name. */
export class Notifications extends Construct {
  readonly channels: QueueWorker | undefined;
  readonly webhooks: QueueWorker | undefined;

  constructor(scope: Construct, id: string, props: Backing) {
    super(scope, id);
    this.channels = props.settings.channels ? createChannels(this, props) : undefined;
    this.webhooks = props.settings.webhooks ? createWebhooks(this, props) : undefined;
  }
}

function createChannels(scope: Construct, props: Backing): QueueWorker {
  return new QueueWorker(scope, 'Channels', {
    topic: props.topics.events,
    ...PATIENCE,
    // A burst becomes one digest: chat takes one message per second and channel.
    batchSize: 100,
    batchWindow: Duration.seconds(5),
    timeout: Duration.seconds(60),
    function: (queues) => channelsFunction(props, queues),
  });
}

function channelsFunction({ settings, bundles, secrets, topics, tables }: Backing, { queue, deadLetters }: Queues) {
  if (!secrets.channels) throw new Error('Channels are on, but their secret is missing');
  return {
    settings,
    bundle: bundles['notify-channels'],
    description: 'Posts the results of tasks to Slack, Teams and PagerDuty',
    memoryMb: 256,
    environment: {
      RESULTS_TABLE: tables.results.tableName,
      OPERATOR_TOPIC_ARN: topics.operator.topicArn,
      CHANNELS_SECRET_ID: secrets.channels.secretArn,
      CHANNELS_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
      CHANNELS_QUEUE_URL: queue.queueUrl,
    },
    statements: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], tables.results.tableArn),
      allow(['secretsmanager:GetSecretValue'], secrets.channels.secretArn),
      // The wait for the next attempt grows with each one.
      allow(['sqs:ChangeMessageVisibility'], queue.queueArn),
      // What a channel refuses for good goes there at once.
      allow(['sqs:SendMessage'], deadLetters.queueArn),
      ...topics.publishStatements(topics.operator),
    ],
  };
}

function createWebhooks(scope: Construct, props: Backing): QueueWorker {
  return new QueueWorker(scope, 'Webhooks', {
    topic: props.topics.events,
    filterPolicy: { callback: SubscriptionFilter.stringFilter({ allowlist: ['true'] }) },
    ...PATIENCE,
    batchSize: 10,
    batchWindow: Duration.seconds(0),
    timeout: Duration.seconds(60),
    function: (queues) => webhookFunction(props, queues),
  });
}

function webhookFunction(props: Backing, { queue, deadLetters }: Queues) {
  const { settings, bundles, profileParts, tables } = props;
  return {
    settings,
    bundle: bundles['deliver-webhook'],
    description: 'Posts events to the callback URLs of tasks and profiles',
    memoryMb: 256,
    environment: {
      RESULTS_TABLE: tables.results.tableName,
      PROFILE_PARTS_TABLE: profileParts.table.tableName,
      DELIVERY_QUEUE_URL: queue.queueUrl,
      WEBHOOK_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
    },
    statements: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], tables.results.tableArn),
      ...profileParts.readStatements('signing'),
      // The wait for the next attempt grows with each one.
      allow(['sqs:ChangeMessageVisibility'], queue.queueArn),
      // What it cannot read, or cannot handle for a day, goes there.
      allow(['sqs:SendMessage'], deadLetters.queueArn),
    ],
  };
}
