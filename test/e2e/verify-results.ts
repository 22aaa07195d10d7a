import { type AttributeValue, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Outputs } from './cdk.ts';
import { type Deployment, output } from './deploy.ts';
import type { WatchedTask } from './tasks.ts';
import type { World } from './world.ts';

type Row = Record<string, AttributeValue> | undefined;

/** That each task has ended as it should, in the table and through the API. */
export async function verifyResults(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  for (const task of tasks) await verifyResult(world, deployment, task);
  const { report } = world;
  const answer = await deployment.api.call('GET', '/tasks?state=final&limit=100');
  const listed = (answer.json().items as { task_id: string }[]).map(({ task_id }) => task_id);
  const missing = tasks.filter(({ taskId }) => !listed.includes(taskId));
  report.check('GET /tasks?state=final lists them all, by the index', missing.length === 0, missing);
  await report.until({
    what: 'waiting for the pending rows to go, which they do last',
    timeoutMs: 30_000,
    async probe() {
      const pending = await pendingTaskIds(world, deployment);
      return tasks.some(({ taskId }) => pending.includes(taskId)) ? undefined : true;
    },
  });
  report.check('none of them is pending any more', true);
}

/** The row of a task in `TaskResults`. */
export async function resultRow({ aws }: World, outputs: Outputs, taskId: string): Promise<Row> {
  const Key = { task_id: { S: taskId } };
  return (await aws.dynamo.send(new GetItemCommand({ TableName: output(outputs, 'ResultsTable'), Key }))).Item;
}

async function verifyResult(world: World, { api, outputs }: Deployment, task: WatchedTask): Promise<void> {
  const { label, taskId, expected } = task;
  const row = await resultRow(world, outputs, taskId);
  const view = (await api.call('GET', `/tasks/${taskId}`)).json();
  const isSo = row?.outcome?.S === expected && view.outcome === expected && view.label === label;
  world.report.check(`${label} ended as ${expected}, in TaskResults and by GET /tasks/{task_id}`, isSo, { row, view });
}

/** The ids in `PendingTasks`. */
export async function pendingTaskIds({ aws }: World, { outputs }: Deployment): Promise<string[]> {
  const { Items = [] } = await aws.dynamo.send(new ScanCommand({ TableName: output(outputs, 'PendingTable') }));
  return Items.map(({ task_id }) => task_id?.S ?? '');
}
