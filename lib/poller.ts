import { Aws, Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NEWEST_INDEX } from '../functions/names.ts';
import { type Backing, backingEnvironment, taskEnvironment } from './backing.ts';
import { createDeadLetterQueue } from './dead-letter-queue.ts';
import { heapFlags } from './heap-flags.ts';
import { allow, createNodeFunction } from './node-function.ts';

/** The minute that an invocation covers, and half of one to finish the polls and settlements under way. */
const TIMEOUT = Duration.seconds(90);

/** The scheduled function that asks Huawei about every pending task, and one schedule per shard. */
export class Poller extends Construct {
  readonly function: LambdaFunction;
  /** Runs that EventBridge Scheduler could not hand to Lambda. What Lambda has taken and then drops is not here. */
  readonly deadLetters: Queue;
  readonly scheduleGroup: CfnScheduleGroup;

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
      const schedule = new CfnSchedule(this, `Segment${segment}`, {
        description: `Polls segment ${segment} of ${shards}`,
        groupName: this.scheduleGroup.ref,
        scheduleExpression: 'rate(1 minute)',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: this.function.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({ segment, totalSegments: shards, scheduledTime: '<aws.scheduler.scheduled-time>' }),
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
          deadLetterConfig: { arn: this.deadLetters.queueArn },
        },
      });
      schedule.node.addDependency(role);
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

function pollerStatements({ tables, files, secrets, topics }: Backing) {
  return [
    allow(['dynamodb:Scan', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], tables.pending.tableArn),
    allow(['dynamodb:PutItem', 'dynamodb:GetItem'], tables.results.tableArn),
    // The newest results teach the schedule when tasks of a gateway usually end.
    allow(['dynamodb:Query'], `${tables.results.tableArn}/index/${NEWEST_INDEX}`),
    tables.alertMemoryStatement(),
    allow(['s3:PutObject'], files.arnForObjects('*')),
    allow(['secretsmanager:GetSecretValue'], secrets.huawei.secretArn),
    ...topics.publishStatements(topics.events, topics.alerts, topics.operator, topics.chat),
  ];
}
