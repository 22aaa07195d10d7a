import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { EVERYTHING, propertiesOf, resourcesOf, synthesize } from './synthesize.ts';

const everything = synthesize(EVERYTHING);
const nothing = synthesize();
const environmentOf = (template: typeof everything, id: string) =>
  (propertiesOf(template, 'AWS::Lambda::Function', id).Environment as { Variables: Record<string, unknown> }).Variables;

describe('functions', () => {
  it('run one module on Node 24 and arm64, and log JSON', () => {
    everything.resourceCountIs('AWS::Lambda::Function', 4);
    everything.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON' },
    });
  });

  it('reserve no concurrency, which fails in new accounts, and stand in no VPC', () => {
    everything.allResourcesProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: Match.absent(),
      VpcConfig: Match.absent(),
    });
  });

  it('leave room for the API in a new account, which has 10 concurrent executions, with every channel on', () => {
    const template = synthesize({ channels: true });
    const limits = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ({ Properties }) => (Properties.ScalingConfig as { MaximumConcurrency: number }).MaximumConcurrency,
    );
    const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule').length;
    expect(limits).toHaveLength(3);
    expect(10 - schedules - limits.reduce((sum, limit) => sum + limit, 0)).toBeGreaterThanOrEqual(3);
  });

  it('come with no custom resource, whatever becomes of the data', () => {
    const types = [everything, synthesize({ dataRemoval: 'destroy' })]
      .flatMap((template) => resourcesOf(template))
      .map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('Custom::') || type.includes('CustomResource'))).toEqual([]);
  });

  it('carry the stack name as their service, so that two stacks do not mix their metrics', () => {
    expect(environmentOf(synthesize({ stackName: 'Staging' }), 'Poller')).toMatchObject({
      POWERTOOLS_SERVICE_NAME: 'Staging',
    });
  });

  it('run on x86 when the settings say so', () => {
    synthesize({ architecture: 'x86_64' }).allResourcesProperties('AWS::Lambda::Function', {
      Architectures: ['x86_64'],
    });
  });
});

describe('the poller', () => {
  it('is run every minute for each segment, without retries, by one schedule each', () => {
    everything.resourceCountIs('AWS::Scheduler::Schedule', 3);
    for (const segment of [0, 1, 2]) {
      everything.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Input: JSON.stringify({ segment, totalSegments: 3 }),
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PollerDeadLetters'), 'Arn'] } },
        },
      });
    }
  });

  it('is called by its wake queue, one message a run, and may do so again and again', () => {
    // Lambda ends a chain in which a function feeds the queue that calls it after about 16 rounds; no emulator shows it.
    expect(propertiesOf(nothing, 'AWS::Lambda::Function', 'PollerFunction').RecursiveLoop).toBe('Allow');
    const feed = propertiesOf(nothing, 'AWS::Lambda::EventSourceMapping', 'WakesFeed');
    expect(feed).toMatchObject({
      BatchSize: 1,
      EventSourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^WakesQueue/), 'Arn'] },
      FunctionName: { Ref: expect.stringMatching(/^PollerFunction/) },
    });
    expect(feed.ScalingConfig).toEqual({ MaximumConcurrency: 2 });
    const queue = propertiesOf(nothing, 'AWS::SQS::Queue', 'WakesQueue');
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(90);
    // A wake waits for five minutes at most, until the point that it is for.
    expect(queue.MessageRetentionPeriod).toBeGreaterThan(300);
    for (const id of ['Poller', 'TasksApi'])
      expect(environmentOf(nothing, id).WAKE_QUEUE_URL).toEqual({ Ref: expect.stringMatching(/^WakesQueue/) });
    for (const id of ['Poller', 'TasksApi']) expect(environmentOf(everything, id).SHARDS).toBe('3');
  });

  it('is not retried by Lambda either: the next minute does the work', () => {
    nothing.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  it('has its minute and time to finish, and less than the two minutes after which others take over', () => {
    expect(propertiesOf(nothing, 'AWS::Lambda::Function', 'PollerFunction').Timeout).toBe(90);
  });

  it('may be invoked by its own schedules only', () => {
    nothing.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' }, 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ],
      },
    });
  });

  it('learns the settings', () => {
    const template = synthesize({
      pollMinIntervalMs: 2000,
      taskDeadlineHours: 2,
      resultRetentionDays: 7,
      endpoints: { apig: 'https://apig.example.com', iam: 'http://127.0.0.1:9' },
      allowLoopbackCallbacks: true,
    });
    expect(environmentOf(template, 'Poller')).toMatchObject({
      POLL_MIN_INTERVAL_MS: '2000',
      TASK_DEADLINE_MS: '7200000',
      RESULT_RETENTION_DAYS: '7',
      HUAWEICLOUD_APIG_ENDPOINT: 'https://apig.example.com',
      HUAWEICLOUD_IAM_ENDPOINT: 'http://127.0.0.1:9',
      ALLOW_LOOPBACK_CALLBACKS: 'true',
    });
    expect(environmentOf(nothing, 'Poller')).not.toHaveProperty('ALLOW_LOOPBACK_CALLBACKS');
    expect(environmentOf(nothing, 'Poller')).not.toHaveProperty('CHAT_TOPIC_ARN');
  });
});

describe('the HTTP API', () => {
  it('sends every request to one function', () => {
    nothing.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
    nothing.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' });
    nothing.hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  it('keeps its own address unless that is switched off, and then the outputs name the other one', () => {
    const publicUrl = 'https://tasks.example.com';
    nothing.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
    const hidden = synthesize({ api: { publicUrl, defaultEndpoint: false } });
    hidden.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    hidden.hasOutput('ApiUrl', { Value: publicUrl });
  });

  it('is throttled and logs every access without credentials', () => {
    const template = synthesize({ api: { requestsPerSecond: 7, burst: 9 } });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 },
      AccessLogSettings: { DestinationArn: Match.anyValue(), Format: Match.stringLikeRegexp('requestId') },
    });
    const { Format } = propertiesOf(template, 'AWS::ApiGatewayV2::Stage', 'TasksApi').AccessLogSettings as {
      Format: string;
    };
    expect(Format).not.toMatch(/authorization|header/i);
    // With this a request is found in the function's log.
    expect(JSON.parse(Format)).toMatchObject({ lambda_request_id: '$context.integration.requestId' });
  });

  it('has CORS off unless origins are set', () => {
    expect(propertiesOf(nothing, 'AWS::ApiGatewayV2::Api', 'TasksApi')).not.toHaveProperty('CorsConfiguration');
    everything.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: Match.objectLike({
        AllowOrigins: ['https://status.example.com'],
        AllowHeaders: ['authorization', 'content-type', 'idempotency-key'],
      }),
    });
  });

  it('keeps the heap of the poller within its memory', () => {
    const options = (pollerMemoryMb: number) => environmentOf(synthesize({ pollerMemoryMb }), 'Poller').NODE_OPTIONS;
    expect(options(512)).toBe('--max-semi-space-size=16 --max-old-space-size=384');
    expect(options(192)).toBe('--max-semi-space-size=6 --max-old-space-size=144');
    expect(() => options(128)).toThrow('pollerMemoryMb: must be a whole number from 192 to 3008');
  });

  it('knows what is off, to refuse what could never be told', () => {
    expect(environmentOf(nothing, 'TasksApi')).toMatchObject({ CHANNELS: 'false' });
    expect(environmentOf(nothing, 'TasksApi')).not.toHaveProperty('WEBHOOKS');
    expect(environmentOf(everything, 'TasksApi')).not.toHaveProperty('SLACK');
    expect(environmentOf(synthesize({ webhooks: false }), 'TasksApi')).toMatchObject({ WEBHOOKS: 'false' });
  });

  it('is the base of result links unless a public URL is set', () => {
    expect(environmentOf(nothing, 'Poller').PUBLIC_URL).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^TasksApi/), 'ApiEndpoint'],
    });
    expect(environmentOf(everything, 'Poller').PUBLIC_URL).toBe('https://tasks.example.com');
  });
});
