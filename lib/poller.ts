import { Aws, Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Backing, backingEnvironment, taskEnvironment } from './backing.ts';
import { createDeadLetterQueue } from './dead-letter-queue.ts';
import { heapFlags } from './heap-flags.ts';
import { allow, createNodeFunction } from './node-function.ts';
import { FEED_ACTIONS } from './wake-queue.ts';

/** A run of 55 seconds, 5 for the polls under way, and half a minute to publish what has ended. */
const TIMEOUT = Duration.seconds(90);

/** The function that polls Huawei Cloud: called by one schedule per shard, and by wakes for what is due in between. */
export class Poller extends Construct {
  readonly function: LambdaFunction;
  /** Runs that EventBridge Scheduler could not hand to Lambda. What Lambda has taken and then drops is not here. */
  readonly deadLetters: Queue;
  readonly scheduleGroup: CfnScheduleGroup;
  readonly wakes: Queue;

  constructor(scope: Construct, id: string, props: Backing & { publicUrl: string }) {
    super(scope, id);
    this.deadLetters = createDeadLetterQueue(this, 'DeadLetters');
    this.function = createNodeFunction(this, 'Function', {
      settings: props.settings,
      bundle: props.bundles['poll-tasks'],
      description: 'Polls Huawei Cloud for pending tasks, stores their results and publishes them',
      timeout: TIMEOUT,
      memoryMb: props.settings.pollerMemoryMb,
      environment: {
        ...backingEnvironment(props),
        ...taskEnvironment(props.settings),
        HUAWEI_SECRET_ID: props.secrets.huawei.secretArn,
        OPERATOR_TOPIC_ARN: props.topics.operator.topicArn,
        RESULT_RETENTION_DAYS: String(props.settings.resultRetentionDays),
        HUAWEICLOUD_APIG_ENDPOINT: props.settings.endpoints.apig,
        HUAWEICLOUD_IAM_ENDPOINT: props.settings.endpoints.iam,
        PUBLIC_URL: props.publicUrl,
        NODE_OPTIONS: heapFlags(props.settings.pollerMemoryMb).join(' '),
      },
      statements: pollerStatements(props),
    });
    props.files.acknowledgeObjects(this);
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is itself the dead-letter queue of EventBridge Scheduler, which cdk-nag does not check.',
    });
    // A run's wake calls the function again, for as long as anything is pending. Lambda would end such a chain after
    // about 16 rounds; it ends by itself, because each wake is for a later point.
    const { defaultChild } = this.function.node;
    (defaultChild as CfnFunction).recursiveLoop = 'Allow';
    props.wakes.feed(this.function, props.settings.shards);
    this.wakes = props.wakes.queue;
    // Tasks that a failed run did not ask about have their next point soon, so a retry would only add to the load.
    // No destination for failures: runs that throw have the alarm PollerErrors, those without concurrency PollerThrottled,
    // and a minute that is past is of no use to anybody.
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    this.scheduleGroup = new CfnScheduleGroup(this, 'Schedules', {
      name: Names.uniqueResourceName(this, { maxLength: 64 }),
    });
    this.#schedule(props.settings.shards);
  }

  #schedule(shards: number) {
    const role = this.#schedulerRole(String(this.scheduleGroup.name));
    for (let segment = 0; segment < shards; segment += 1) {
      new CfnSchedule(this, `Segment${segment}`, {
        description: `Polls segment ${segment} of ${shards}`,
        groupName: this.scheduleGroup.ref,
        scheduleExpression: 'rate(1 minute)',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: this.function.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({ segment, totalSegments: shards }),
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
          deadLetterConfig: { arn: this.deadLetters.queueArn },
        },
      });
    }
  }

  #schedulerRole(groupName: string): Role {
    const groupArn = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: groupName,
    });
    return new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': groupArn } },
      }),
      inlinePolicies: {
        exact: new PolicyDocument({
          statements: [
            allow(['lambda:InvokeFunction'], this.function.functionArn),
            allow(['sqs:SendMessage'], this.deadLetters.queueArn),
          ],
        }),
      },
    });
  }
}

function pollerStatements({ tables, files, secrets, profileParts, topics, wakes }: Backing) {
  return [
    allow(['dynamodb:Scan', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], tables.pending.tableArn),
    allow(['dynamodb:PutItem', 'dynamodb:GetItem'], tables.results.tableArn),
    tables.shardStatement(),
    tables.markerRowsStatement(),
    allow(['sqs:SendMessage', ...FEED_ACTIONS], wakes.queue.queueArn),
    allow(['s3:PutObject'], files.arnForObjects('*')),
    allow(['secretsmanager:GetSecretValue'], secrets.huawei.secretArn),
    ...profileParts.writeStatements(),
    ...topics.publishStatements(topics.events, topics.alerts, topics.operator, topics.chat),
  ];
}
