import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { type Finding, fail, ok, warn } from './check.ts';

export type StackResource = { type: string; logicalId: string; physicalId: string };

/** What CloudFormation knows of the stack. */
export type Deployment = {
  stackName: string;
  /** Values by the ids of `lib/outputs.ts`. */
  outputs: Readonly<Record<string, string>>;
  resources: readonly StackResource[];
  /** When it was last created or updated (epoch milliseconds). */
  changedAtMs: number;
};

/** The stack as a deployment to examine, where there is one, and what its state tells. Throws what the SDK throws. */
export async function readDeployment(client: CloudFormationClient, stackName: string) {
  const stack = await findStack(client, stackName);
  if (stack === undefined) {
    const fix =
      'deploy with `npm run deploy`, or pass --stack NAME; also check the AWS account and region of this shell';
    return { findings: [fail('stack', `there is no stack ${stackName} in this account and region`, fix)] };
  }
  const resources = await listResources(client, stackName);
  const outputs = readOutputs(stack);
  const changedAtMs = (stack.LastUpdatedTime ?? stack.CreationTime)?.getTime() ?? 0;
  const deployment: Deployment = { stackName, outputs, resources, changedAtMs };
  return { deployment, findings: [judgeStatus(stack)] };
}

/** Resources of a type whose logical id has a part in it. */
export function resourcesOf(deployment: Deployment, type: string, idPart = ''): StackResource[] {
  return deployment.resources.filter((one) => one.type === type && one.logicalId.includes(idPart));
}

/** `PollerDeadLetters` from the logical id `PollerDeadLetters2C1F9C0B`: the hash that CDK adds is taken off. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

async function findStack(client: CloudFormationClient, stackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks[0];
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist'))
      return undefined;
    throw error;
  }
}

/** In an app of one's own the names begin with the construct's id, and other outputs stand beside them. */
function readOutputs({ Outputs = [] }: Stack): Record<string, string> {
  const ours = Outputs.find(({ OutputKey }) => OutputKey?.endsWith('TaskEventsTopic'))?.OutputKey ?? '';
  const prefix = ours.replace(/TaskEventsTopic$/, '');
  return Object.fromEntries(
    Outputs.flatMap(({ OutputKey = '', OutputValue = '' }) =>
      OutputKey.startsWith(prefix) ? [[OutputKey.slice(prefix.length), OutputValue]] : [],
    ),
  );
}

async function listResources(client: CloudFormationClient, stackName: string): Promise<StackResource[]> {
  const resources: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
    for (const { ResourceType, LogicalResourceId, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
      if (!ResourceType || !LogicalResourceId || !PhysicalResourceId) continue;
      resources.push({ type: ResourceType, logicalId: LogicalResourceId, physicalId: PhysicalResourceId });
    }
  }
  return resources;
}

function judgeStatus({ StackName, StackStatus }: Stack): Finding {
  const status = String(StackStatus);
  const said = `${StackName} is ${status}`;
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE/.test(status)) return ok('stack', said);
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    return warn(
      'stack',
      said,
      'the last deploy failed and was rolled back; the previous version is running. See the stack’s events',
    );
  }
  return status.endsWith('_IN_PROGRESS')
    ? warn('stack', said, 'run the doctor again when it is done')
    : fail('stack', said, 'read the stack’s events in CloudFormation, fix the cause and deploy again');
}
