import { Duration } from 'aws-cdk-lib';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type Backing, backingEnvironment } from './backing.ts';
import { allow } from './node-function.ts';
import { QueueWorker } from './queue-worker.ts';

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
  const { settings, secrets, topics, tables } = props;
  if (!secrets.slack) throw new Error('Slack is on, but its secret is missing');
  const secret = secrets.slack.secretArn;
  return new QueueWorker(scope, 'Slack', {
    topic: topics.events,
    retention: Duration.days(4),
    maxReceives: 8,
    // A burst becomes one digest: Slack takes one message per second and channel.
    batchSize: 100,
    batchWindow: Duration.seconds(5),
    function: {
      settings,
      bundle: props.bundles['notify-slack'],
      description: 'Tells Slack how tasks ended',
      timeout: Duration.seconds(60),
      memoryMb: 256,
      environment: ({ deadLetters }) => ({
        RESULTS_TABLE: tables.results.tableName,
        OPERATOR_TOPIC_ARN: topics.operator.topicArn,
        SLACK_SECRET_ID: secret,
        SLACK_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
      }),
      statements: [
        allow(['dynamodb:UpdateItem'], tables.results.tableArn),
        allow(['secretsmanager:GetSecretValue'], secret),
        ...topics.publishStatements(topics.operator),
      ],
    },
  });
}

function createWebhooks(scope: Construct, props: Backing): QueueWorker {
  const { settings, secrets, tables, topics } = props;
  return new QueueWorker(scope, 'Webhooks', {
    topic: topics.events,
    filterPolicy: { callback: SubscriptionFilter.stringFilter({ allowlist: ['true'] }) },
    // The function gives up after 24 hours; the queue must neither forget a message nor move it away before that.
    retention: Duration.days(2),
    maxReceives: 50,
    batchSize: 10,
    batchWindow: Duration.seconds(0),
    queueActions: ['sqs:ChangeMessageVisibility'],
    function: {
      settings,
      bundle: props.bundles['deliver-webhook'],
      description: 'Posts events to the callback URLs of tasks and profiles',
      timeout: Duration.seconds(60),
      memoryMb: 256,
      environment: ({ queue }) => ({ ...backingEnvironment(props), DELIVERY_QUEUE_URL: queue.queueUrl }),
      statements: [
        allow(['dynamodb:UpdateItem'], tables.results.tableArn),
        allow(['secretsmanager:GetSecretValue'], secrets.huawei.secretArn),
      ],
    },
  });
}
