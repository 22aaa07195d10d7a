import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { type Deployment, settingsFor } from './deploy.ts';
import { pollerRuns } from './poller-runs.ts';
import { finishSlowTasks, untilOver, type WatchedTask } from './tasks.ts';
import { verifyEvents } from './verify-messages.ts';
import { pendingTaskIds, resultRow, verifyResults } from './verify-results.ts';
import type { World } from './world.ts';

type Tasks = { tasks: WatchedTask[]; slow: WatchedTask[] };

/** Deploys with a second shard while tasks are pending; nothing of before may be lost, and nothing told twice. */
export async function redeployWithTwoShards(world: World, deployment: Deployment, { tasks, slow }: Tasks) {
  const { report } = world;
  await report.step('cdk deploy with two shards, while tasks are pending', async () => {
    const outputs = await world.cdk.deploy({ ...settingsFor(world), shards: 2 });
    const isSame = JSON.stringify(outputs) === JSON.stringify(deployment.outputs);
    report.check('no table, topic, secret or address was replaced', isSame, { before: deployment.outputs, outputs });
  });
  await report.step('see what is pending, and that there are two schedules', async () => {
    const pending = await pendingTaskIds(world, deployment);
    const areAllThere = pending.length === slow.length && slow.every(({ taskId }) => pending.includes(taskId));
    report.check(`the ${slow.length} slow tasks are still pending`, areAllThere, pending);
    const inputs = await scheduleInputs(world);
    const areShares = inputs.length === 2 && inputs.every((input, i) => input.startsWith(shareOf(i)));
    report.check('two schedules share the pending tasks', areShares, inputs);
  });
  await report.step('let the run from before the deployment end', () => untilOneMoreEnds(world));
  finishSlowTasks(world, slow);
  await report.step('let both schedules poll', () => untilOver(world, deployment, slow));
  await report.step('see who settled them', () => verifySharing(world, deployment, slow));
  await report.step('find all results, old and new', () => verifyResults(world, deployment, [...tasks, ...slow]));
  await report.step('find the events', () => verifyEvents(world, deployment, [...tasks, ...slow]));
}

const shareOf = (segment: number) => `{"segment":${segment},"totalSegments":2}`;

/** A run from before sweeps the whole table for the rest of its minute: what it settles says nothing of shards. */
async function untilOneMoreEnds(world: World): Promise<void> {
  const before = (await pollerRuns(world)).ended.length;
  await world.report.until({
    what: 'waiting for a run of the poller to end',
    timeoutMs: 180_000,
    probe: async () => (await pollerRuns(world)).ended.length > before || undefined,
  });
}

async function verifySharing(world: World, deployment: Deployment, slow: WatchedTask[]): Promise<void> {
  const settledBy = await world.report.until({
    what: 'waiting for the log of the poller',
    timeoutMs: 90_000,
    async probe() {
      const { settledBy } = await pollerRuns(world);
      return slow.every(({ taskId }) => settledBy.has(taskId)) ? settledBy : undefined;
    },
  });
  const runs = new Set(slow.map(({ taskId }) => settledBy.get(taskId)));
  world.report.check('the slow tasks were settled by the runs of both shards', runs.size >= 2, [...settledBy]);
  const rows = await Promise.all([0, 1].map((segment) => resultRow(world, deployment.outputs, `shard#${segment}/2`)));
  const areCovered = rows.every((row) => Number(row?.covered_until?.N) > 0);
  world.report.check('both shards have a cursor of their own', areCovered, rows);
}

async function scheduleInputs({ aws }: World): Promise<string[]> {
  const { Schedules = [] } = await aws.scheduler.send(new ListSchedulesCommand({}));
  const found = await Promise.all(
    Schedules.map(({ Name, GroupName }) => aws.scheduler.send(new GetScheduleCommand({ Name, GroupName }))),
  );
  // Without the heartbeat of the starts.
  return found
    .map(({ Target }) => Target?.Input ?? '')
    .filter((input) => input.includes('segment'))
    .sort();
}
