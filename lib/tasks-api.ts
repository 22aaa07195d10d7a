import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { NEWEST_INDEX } from '../functions/names.ts';
import { type Backing, backingEnvironment, taskEnvironment } from './backing.ts';
import { allow, createLogGroup, createNodeFunction } from './node-function.ts';
import type { Settings } from './settings.ts';

/** One line per request, without the `Authorization` header or any body. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    request_id: '$context.requestId',
    /** What the function's log calls `function_request_id`. */
    lambda_request_id: '$context.integration.requestId',
    ip: '$context.identity.sourceIp',
    time: '$context.requestTime',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    response_bytes: '$context.responseLength',
    latency_ms: '$context.responseLatency',
    integration_error: '$context.integrationErrorMessage',
    user_agent: '$context.identity.userAgent',
  }),
);

/** The HTTP API: every request goes to one function, which routes and checks the API key itself. */
export class TasksApi extends Construct {
  readonly api: HttpApi;
  readonly function: LambdaFunction;
  readonly accessLogs: LogGroup;
  /** Where the API answers: its own address, or the public one where that is switched off. */
  readonly url: string;
  /** Base of result links: the setting where there is one, else the API's own. */
  readonly publicUrl: string;

  constructor(scope: Construct, id: string, props: Backing) {
    super(scope, id);
    this.api = createApi(this, props.settings);
    const { publicUrl, defaultEndpoint } = props.settings.api;
    this.publicUrl = publicUrl ?? this.api.apiEndpoint;
    this.url = defaultEndpoint ? this.api.apiEndpoint : this.publicUrl;
    this.function = createNodeFunction(this, 'Function', {
      settings: props.settings,
      bundle: props.bundles['tasks-api'],
      description: 'Serves the HTTP API: registers tasks and returns their results',
      timeout: Duration.seconds(20),
      memoryMb: 256,
      environment: {
        ...backingEnvironment(props),
        ...taskEnvironment(props.settings),
        API_KEYS_SECRET_ID: props.secrets.apiKeys.secretArn,
        PUBLIC_URL: this.publicUrl,
        WEBHOOKS: props.settings.webhooks ? undefined : 'false',
        CHANNELS: props.settings.channels ? undefined : 'false',
      },
      statements: apiStatements(props),
    });
    new HttpRoute(this, 'Everything', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Function', this.function),
    });
    this.accessLogs = createAccessLogs(this, props.settings);
    this.#createStage(props.settings);
    props.files.acknowledgeObjects(this);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function checks a bearer API key on every route but the page, the health check and the description. ' +
        'HTTP APIs have no built-in API keys, and an authorizer would be a second cold start for the same check.',
    });
  }

  #createStage(settings: Settings) {
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.api.requestsPerSecond, burstLimit: settings.api.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(this.accessLogs), format: ACCESS_LOG },
    });
  }
}

function createAccessLogs(scope: Construct, settings: Settings): LogGroup {
  // API Gateway may write to groups under /aws/vendedlogs/ without growing the account's log resource policy.
  const name = `/aws/vendedlogs/${Stack.of(scope).stackName}/tasks-api-access`;
  return createLogGroup(scope, 'AccessLogs', settings, name);
}

function createApi(scope: Construct, settings: Settings): HttpApi {
  const { corsOrigins } = settings.api;
  return new HttpApi(scope, 'Api', {
    apiName: settings.stackName,
    description: 'Registers Huawei Cloud APIG tasks to watch and returns their results',
    createDefaultStage: false,
    disableExecuteApiEndpoint: !settings.api.defaultEndpoint,
    ...(corsOrigins.length > 0 && {
      corsPreflight: {
        allowOrigins: corsOrigins,
        allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
        allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
        exposeHeaders: ['location', 'retry-after'],
        maxAge: Duration.hours(1),
      },
    }),
  });
}

function apiStatements({ tables, files, secrets, profileParts, topics, wakes }: Backing) {
  return [
    allow(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:DeleteItem'], tables.pending.tableArn),
    allow(['dynamodb:GetItem', 'dynamodb:DeleteItem'], tables.results.tableArn),
    allow(['dynamodb:Query'], `${tables.results.tableArn}/index/${NEWEST_INDEX}`),
    allow(['s3:GetObject'], files.arnForObjects('*')),
    // Without it S3 answers 403 for a file that is not there, and a 404 could not be told from a refusal.
    allow(['s3:ListBucket'], files.bucketArn),
    allow(['secretsmanager:GetSecretValue'], secrets.apiKeys.secretArn),
    ...profileParts.readStatements('public'),
    allow(['sqs:SendMessage'], wakes.queue.queueArn),
    ...topics.publishStatements(topics.events, topics.alerts, topics.chat),
  ];
}
