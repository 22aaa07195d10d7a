import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../functions/names.ts';
import type { Settings } from './settings.ts';

export type NodeFunctionProps = {
  settings: Settings;
  /** Folder with the bundled `index.mjs`. */
  bundle: string;
  description: string;
  timeout: Duration;
  memoryMb: number;
  /** Names without a value are left out. */
  environment: Record<string, string | undefined>;
  /** All that the function may do, beside writing its own log. */
  statements: PolicyStatement[];
};

/** A Lambda of this project: Node 24, one bundled module, JSON logs that expire, and exactly the given permissions. */
export function createNodeFunction(scope: Construct, id: string, props: NodeFunctionProps): LambdaFunction {
  const { settings } = props;
  const logGroup = createLogGroup(scope, `${id}Logs`, settings);
  return new LambdaFunction(scope, id, {
    description: props.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    handler: 'index.handler',
    code: Code.fromAsset(props.bundle),
    timeout: props.timeout,
    memorySize: props.memoryMb,
    role: createRole(scope, `${id}Role`, [...props.statements, writeLog(logGroup)]),
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    // Of its runs Lambda reports those that went wrong: the two lines for each other one cost more than all of ours.
    systemLogLevelV2: SystemLogLevel.WARN,
    environment: { ...commonEnvironment(settings), ...present(props.environment) },
  });
}

/** Allows exactly these actions on exactly these resources. */
export function allow(actions: string[], ...resources: string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
}

/** A log group that expires by the settings and goes with the stack. */
export function createLogGroup(scope: Construct, id: string, settings: Settings, logGroupName?: string): LogGroup {
  return new LogGroup(scope, id, {
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(logGroupName && { logGroupName }),
  });
}

// Its policy is inline and frozen, so that the diff of a role is the whole truth and CDK adds nothing later.
function createRole(scope: Construct, id: string, statements: PolicyStatement[]) {
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { exact: new PolicyDocument({ statements }) },
  }).withoutPolicyUpdates();
}

function writeLog(logGroup: LogGroup): PolicyStatement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
}

function commonEnvironment(settings: Settings): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: settings.stackName,
    POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    SECRET_MAX_AGE_S: String(settings.secretMaxAgeSeconds),
    ...(settings.allowLoopbackCallbacks && { ALLOW_LOOPBACK_CALLBACKS: 'true' }),
  };
}

function present(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
