import {
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Aws } from './aws.ts';
import { STACK_NAME } from './cdk.ts';
import { type Deployment, output } from './deploy.ts';
import { listLeftovers } from './leftovers.ts';
import type { WatchedTask } from './tasks.ts';
import type { World } from './world.ts';

const RETAINED = ['FilesBucket', 'PendingTable', 'ResultsTable'];
const NO_MORE = /^DELETE_(COMPLETE|SKIPPED)$/;

/** Removes the stack: what it retains on purpose is there afterwards, with its data, and nothing else is. */
export async function removeService(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  const { report, aws } = world;
  const stackId = await idOfStack(aws);
  await report.step('remove the test’s own queues', async () => {
    const { troubles, alerts, failures, chat, operator } = deployment;
    for (const subscriber of [troubles, alerts, failures, chat, operator]) await subscriber.remove();
  });
  await report.step('cdk destroy', () => destroy(world));
  await report.step('look for what is left', async () => {
    const left = await listLeftovers(aws);
    const retained = RETAINED.map((name) => output(deployment.outputs, name)).sort();
    report.check('the two tables and the bucket stay, by the setting', left.data.join() === retained.join(), left);
    report.check('no topic, queue, secret, schedule, alarm or dashboard is left', left.others.length === 0, left);
    const undeleted = await notDeleted(aws, stackId);
    report.check('CloudFormation has deleted all the rest', undeleted.length === 0, undeleted);
    await verifyData(world, deployment, tasks);
  });
}

async function destroy({ cdk, aws, report }: World): Promise<void> {
  try {
    await cdk.destroy();
  } catch (error) {
    report.note(`cdk destroy failed, so the SDK deletes the stack: ${error instanceof Error ? error.message : error}`);
    await aws.cloudFormation.send(new DeleteStackCommand({ StackName: STACK_NAME }));
    await waitUntilStackDeleteComplete({ client: aws.cloudFormation, maxWaitTime: 60 }, { StackName: STACK_NAME });
  }
}

async function idOfStack({ cloudFormation }: Aws): Promise<string> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK_NAME }));
  return Stacks?.[0]?.StackId ?? STACK_NAME;
}

async function notDeleted({ cloudFormation }: Aws, StackName: string): Promise<StackResourceSummary[]> {
  const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName }));
  return StackResourceSummaries.filter(({ ResourceStatus }) => !NO_MORE.test(`${ResourceStatus}`));
}

async function verifyData({ report, aws }: World, { outputs }: Deployment, tasks: WatchedTask[]): Promise<void> {
  const { Items = [] } = await aws.dynamo.send(new ScanCommand({ TableName: output(outputs, 'ResultsTable') }));
  const stored = Items.map(({ task_id }) => task_id?.S);
  const lost = tasks.filter(({ taskId }) => !stored.includes(taskId));
  report.check(`the ${tasks.length} results are still in the table`, lost.length === 0, lost);
  const { Contents = [] } = await aws.s3.send(new ListObjectsV2Command({ Bucket: output(outputs, 'FilesBucket') }));
  const exported = tasks.filter(({ label }) => label.startsWith('export-'));
  const areKept = exported.every(({ taskId }) => Contents.some(({ Key }) => Key?.startsWith(`90d/${taskId}/`)));
  report.check(`the ${exported.length} exported documents are still in the bucket`, areKept, Contents);
}
