import { Aws, Duration, Stack, Validations } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { OPEN_INTENTS_INDEX } from '../functions/names.ts';
import { type Backing, taskEnvironment } from './backing.ts';
import { allow, createNodeFunction } from './node-function.ts';

/** A file of 12 MB is in memory in several forms. */
const MEMORY_MB = 1_024;

/** The function that starts imports and exports: of those that face the outside, the one that uses the keys of Huawei Cloud. */
export class StartTasks extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: Backing & { api: HttpApi; intents: Table }) {
    super(scope, id);
    const { settings, tables, secrets, wakes, intents } = props;
    this.function = createNodeFunction(this, 'Function', {
      settings,
      bundle: props.bundles['start-tasks'],
      description: 'Starts imports and exports at Huawei Cloud, at most one task for each idempotency key',
      // API Gateway ends a request at 30 s.
      timeout: Duration.seconds(29),
      memoryMb: MEMORY_MB,
      environment: {
        ...taskEnvironment(settings),
        PENDING_TABLE: tables.pending.tableName,
        RESULTS_TABLE: tables.results.tableName,
        INTENTS_TABLE: intents.tableName,
        HUAWEI_SECRET_ID: secrets.huawei.secretArn,
        API_KEYS_SECRET_ID: secrets.apiKeys.secretArn,
        WAKE_QUEUE_URL: wakes.queue.queueUrl,
        SHARDS: String(settings.shards),
        WEBHOOKS: settings.webhooks ? undefined : 'false',
        HUAWEICLOUD_APIG_ENDPOINT: settings.endpoints.apig,
        HUAWEICLOUD_IAM_ENDPOINT: settings.endpoints.iam,
      },
      statements: startStatements(props),
    });
    const integration = new HttpLambdaIntegration('Function', this.function);
    for (const path of ['imports', 'exports']) {
      const routeKey = HttpRouteKey.with(`/${path}`, HttpMethod.POST);
      new HttpRoute(this, path, { httpApi: props.api, routeKey, integration });
    }
    this.#scheduleHeartbeat();
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function checks a bearer API key on both routes, as tasks-api does.',
    });
  }

  /** Goes on with the starts of calls that died, within a minute or two. */
  #scheduleHeartbeat() {
    const role = new Role(this, 'HeartbeatRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        exact: new PolicyDocument({ statements: [allow(['lambda:InvokeFunction'], this.function.functionArn)] }),
      },
    });
    const schedule = new CfnSchedule(this, 'Heartbeat', {
      description: `Finishes the starts of ${Stack.of(this).stackName} that were interrupted`,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ resume: true }),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
    schedule.node.addDependency(role);
  }
}

function startStatements({ tables, secrets, wakes, intents }: Backing & { intents: Table }) {
  return [
    allow(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], intents.tableArn),
    allow(['dynamodb:Query'], `${intents.tableArn}/index/${OPEN_INTENTS_INDEX}`),
    allow(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], tables.pending.tableArn),
    allow(['dynamodb:GetItem'], tables.results.tableArn),
    allow(['secretsmanager:GetSecretValue'], secrets.huawei.secretArn, secrets.apiKeys.secretArn),
    allow(['sqs:SendMessage'], wakes.queue.queueArn),
  ];
}
