import { Duration } from 'aws-cdk-lib';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Backing } from './backing.ts';
import { allow } from './node-function.ts';
import { type Queues, QueueWorker } from './queue-worker.ts';

/** After so many receives Slack's queue gives a message up; the function knows, and notes that on the task's result. */
const SLACK_MAX_RECEIVES = 8;

/** The functions behind `TaskEvents`: one tells Slack, one calls the webhooks that tasks or profiles name. */
export class Notifications extends Construct {
  readonly slack: QueueWorker | undefined;
  readonly webhooks: QueueWorker | undefined;

  constructor(scope: Construct, id: string, props: Backing) {
    super(scope, id);
    this.slack = props.settings.slack ? createSlack(this, props) : undefined;
    this.webhooks = props.settings.webhooks ? createWebhooks(this, props) : undefined;
  }
}

function createSlack(scope: Construct, props: Backing): QueueWorker {
  return new QueueWorker(scope, 'Slack', {
    topic: props.topics.events,
    retention: Duration.days(4),
    maxReceives: SLACK_MAX_RECEIVES,
    // A burst becomes one digest: Slack takes one message per second and channel.
    batchSize: 100,
    batchWindow: Duration.seconds(5),
    timeout: Duration.seconds(60),
    function: (queues) => slackFunction(props, queues),
  });
}

function slackFunction({ settings, bundles, secrets, topics, tables }: Backing, { deadLetters }: Queues) {
  if (!secrets.slack) throw new Error('Slack is on, but its secret is missing');
  return {
    settings,
    bundle: bundles['notify-slack'],
    description: 'Posts the results of tasks to Slack',
    memoryMb: 256,
    environment: {
      RESULTS_TABLE: tables.results.tableName,
      OPERATOR_TOPIC_ARN: topics.operator.topicArn,
      SLACK_SECRET_ID: secrets.slack.secretArn,
      SLACK_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
      SLACK_MAX_RECEIVES: String(SLACK_MAX_RECEIVES),
    },
    statements: [
      allow(['dynamodb:UpdateItem'], tables.results.tableArn),
      allow(['secretsmanager:GetSecretValue'], secrets.slack.secretArn),
      // What Slack refuses for good goes there at once.
      allow(['sqs:SendMessage'], deadLetters.queueArn),
      ...topics.publishStatements(topics.operator),
    ],
  };
}

function createWebhooks(scope: Construct, props: Backing): QueueWorker {
  return new QueueWorker(scope, 'Webhooks', {
    topic: props.topics.events,
    filterPolicy: { callback: SubscriptionFilter.stringFilter({ allowlist: ['true'] }) },
    // The function gives up after 24 hours; the queue must neither forget a message nor move it away before that.
    retention: Duration.days(2),
    maxReceives: 50,
    batchSize: 10,
    batchWindow: Duration.seconds(0),
    timeout: Duration.seconds(60),
    function: (queues) => webhookFunction(props, queues),
  });
}

function webhookFunction(props: Backing, { queue, deadLetters }: Queues) {
  const { settings, bundles, secrets, tables } = props;
  return {
    settings,
    bundle: bundles['deliver-webhook'],
    description: 'Posts events to the callback URLs of tasks and profiles',
    memoryMb: 256,
    environment: {
      RESULTS_TABLE: tables.results.tableName,
      HUAWEI_SECRET_ID: secrets.huawei.secretArn,
      DELIVERY_QUEUE_URL: queue.queueUrl,
      WEBHOOK_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
    },
    statements: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], tables.results.tableArn),
      allow(['secretsmanager:GetSecretValue'], secrets.huawei.secretArn),
      // The wait for the next attempt grows with each one.
      allow(['sqs:ChangeMessageVisibility'], queue.queueArn),
      // What it cannot read, or cannot handle for a day, goes there.
      allow(['sqs:SendMessage'], deadLetters.queueArn),
    ],
  };
}
