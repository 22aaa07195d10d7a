import { deployService } from './deploy.ts';
import { printNotProven } from './not-proven.ts';
import { redeployWithTwoShards } from './redeploy.ts';
import { removeService } from './remove.ts';
import type { Report } from './report.ts';
import { registerTasks, startSlowTasks, startTasks, untilOver } from './tasks.ts';
import { verifyAccess } from './verify-access.ts';
import { verifyAlarm } from './verify-alarm.ts';
import { verifyChannels } from './verify-channels.ts';
import { verifyClient, watchMeanwhile } from './verify-client.ts';
import { verifyDocuments } from './verify-documents.ts';
import { verifyKeys } from './verify-keys.ts';
import { verifyMessages } from './verify-messages.ts';
import { verifyResults } from './verify-results.ts';
import { verifyStarts } from './verify-starts.ts';
import { verifyWakes } from './verify-wakes.ts';
import { startWorld } from './world.ts';

/** So many that two shards hardly ever leave one of them without any: once in 32,768 times. */
const SLOW_TASKS = 16;

/** Deploys, does the main job, deploys again, removes; all that is started ends with `cleanup`. */
export async function runE2e(report: Report, options: { path: string; cleanup: AsyncDisposableStack }): Promise<void> {
  const world = await startWorld(report, options);
  const deployment = await deployService(world);
  await report.step('call as somebody who may not', () => verifyAccess(world, deployment));
  await verifyWakes(world, deployment);
  await verifyStarts(world, deployment);
  await report.step('watch tasks with the client', () => verifyClient(world, deployment));
  const { tasks, slow } = await report.step('start tasks and register them through the deployed API', async () => {
    const started = { tasks: await startTasks(world), slow: startSlowTasks(world, SLOW_TASKS) };
    await registerTasks(world, deployment, [...started.tasks, ...started.slow]);
    return started;
  });
  await report.step('let the schedule poll', () => untilOver(world, deployment, tasks));
  await report.step('find the results', () => verifyResults(world, deployment, tasks));
  await report.step('find the exported documents', () => verifyDocuments(world, deployment, tasks));
  await report.step('find the messages', () => verifyMessages(world, deployment, tasks));
  await report.step('find a channel of each kind', () => verifyChannels(world, deployment, tasks));
  await report.step('see what a named key may do, and where its name stands', () =>
    verifyKeys(world, deployment, tasks),
  );
  await report.step('ring an alarm', () => verifyAlarm(world, deployment));
  await using client = await watchMeanwhile(
    world,
    deployment,
    slow.slice(0, 3).map(({ taskId }) => taskId),
  );
  await redeployWithTwoShards(world, deployment, { tasks, slow });
  await report.step('see what a client made of the deployment', () => client.verify());
  await removeService(world, deployment, [...tasks, ...slow]);
  printNotProven(report);
}
