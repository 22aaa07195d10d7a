import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { AwsClient } from 'aws4fetch';
import { CREDENTIALS, REGION } from './aws.ts';
import { STACK_NAME } from './cdk.ts';
import type { World } from './world.ts';

/** What the poller's log says; the emulator writes it when a run ends. */
export type PollerRuns = {
  /** Request ids of the runs that have ended. */
  ended: string[];
  /** By task: the request id of the run that settled it. */
  settledBy: Map<string, string>;
};

/** All runs that have ended, from the log group that the stack made for the poller. */
export async function pollerRuns(world: World): Promise<PollerRuns> {
  const messages = await logMessages(world, await pollerLogGroup(world));
  const ended = messages.flatMap((message) => /^END RequestId: ([\w-]+)/.exec(message)?.[1] ?? []);
  const lines = messages.filter((message) => message.includes('"task over"')).map((message) => JSON.parse(message));
  return { ended, settledBy: new Map(lines.map(({ task_id, function_request_id }) => [task_id, function_request_id])) };
}

async function pollerLogGroup({ aws }: World): Promise<string> {
  const list = new ListStackResourcesCommand({ StackName: STACK_NAME });
  const { StackResourceSummaries = [] } = await aws.cloudFormation.send(list);
  const found = StackResourceSummaries.find(({ LogicalResourceId }) =>
    LogicalResourceId?.startsWith('PollerFunctionLogs'),
  );
  if (found?.PhysicalResourceId === undefined) throw new Error('the stack has no log group for the poller');
  return found.PhysicalResourceId;
}

/** All lines of a log group. */
export async function logMessages({ emulator }: World, logGroupName: string): Promise<string[]> {
  const client = new AwsClient({ ...CREDENTIALS, service: 'logs', region: REGION, retries: 0 });
  const response = await client.fetch(`${emulator.url}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' },
    body: JSON.stringify({ logGroupName, limit: 10_000 }),
  });
  if (!response.ok) throw new Error(`FilterLogEvents: ${response.status} ${await response.text()}`);
  const { events } = (await response.json()) as { events: { message: string }[] };
  return events.map(({ message }) => message);
}
