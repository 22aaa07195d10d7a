import { join } from 'node:path';
import { type Deployment, deployService, settingsFor } from './deploy.ts';
import { emptyBucketByThePage } from './empty-bucket.ts';
import { listLeftovers } from './leftovers.ts';
import { checkOutPrevious, previousCommit } from './previous-version.ts';
import type { Report } from './report.ts';
import { finishSlowTasks, registerTasks, startSlowTasks, startTasks, untilOver, type WatchedTask } from './tasks.ts';
import { verifyDocuments } from './verify-documents.ts';
import { verifyEvents } from './verify-messages.ts';
import { pendingTaskIds, verifyResults } from './verify-results.ts';
import { startWorld, type World } from './world.ts';

const PENDING = 16;

/**
 * `npm run test:e2e -- upgrade`: deploys the version before this one, leaves tasks pending and results stored, and deploys
 * the present over it. Then removes everything as docs/operations.md says for `dataRemoval: "destroy"`.
 */
export async function runUpgrade(report: Report, options: { path: string; cleanup: AsyncDisposableStack }) {
  const world = await startWorld(report, options);
  const commit = await previousCommit();
  const folder = join(world.folder, 'previous');
  await report.step(`check out ${commit.slice(0, 8)} with its own dependencies`, () =>
    checkOutPrevious(commit, folder),
  );
  const before = await deployService(world, () => world.cdk.deployFrom(folder, settingsFor(world)));
  const old = await report.step('end tasks of every kind under the version before', async () => {
    const tasks = await startTasks(world);
    await registerTasks(world, before, tasks);
    await untilOver(world, before, tasks);
    return tasks;
  });
  const pending = startSlowTasks(world, PENDING);
  await report.step(`leave ${PENDING} tasks pending`, () => registerTasks(world, before, pending));
  const now = await deployThePresent(world, before);
  await report.step('see that nothing is lost', async () => {
    const ids = await pendingTaskIds(world, now);
    const areThere = ids.length === PENDING && pending.every(({ taskId }) => ids.includes(taskId));
    report.check(`the ${PENDING} tasks are still pending`, areThere, ids);
  });
  finishSlowTasks(world, pending);
  await report.step('let the present end them', () => untilOver(world, now, pending));
  const all = [...old, ...pending];
  await report.step('find all results, old and new', () => verifyResults(world, now, all));
  await report.step('find the documents that the version before stored', () => verifyDocuments(world, now, old));
  await report.step('find one event for each, old and new', () => verifyEvents(world, now, all));
  await removeEverything(world, now, all);
}

async function deployThePresent(world: World, before: Deployment): Promise<Deployment> {
  const { report, cdk } = world;
  await report.step('pack the present', () => cdk.pack());
  return report.step('cdk deploy of the present over it', async () => {
    const outputs = await cdk.deploy({ ...settingsFor(world), dataRemoval: 'destroy' });
    const replaced = Object.entries(before.outputs).filter(([name, value]) => outputs[name] !== value);
    report.check('no table, topic, secret, queue or address was replaced', replaced.length === 0, replaced);
    return { ...before, outputs };
  });
}

async function removeEverything(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  const { report, aws, cdk } = world;
  const { troubles, alerts, failures, chat, operator, outputs } = deployment;
  await report.step('remove the test’s own queues', async () => {
    for (const subscriber of [troubles, alerts, failures, chat, operator]) await subscriber.remove();
  });
  await report.step('empty the bucket by the commands of docs/operations.md', async () => {
    const before = await emptyBucketByThePage(world, outputs);
    report.check(`it had versions of the files of ${tasks.length} tasks, and has none now`, before > 0, before);
  });
  await report.step('cdk destroy', () => cdk.destroy());
  const left = await report.step('look for what is left', () => listLeftovers(aws));
  const isNothing = left.data.length + left.others.length === 0;
  report.check('no table, bucket, topic, queue, secret, schedule, alarm or dashboard is left', isNothing, left);
}
