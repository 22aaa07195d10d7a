import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { AwsClient } from 'aws4fetch';
import { countPolls, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { CREDENTIALS, REGION } from './aws.ts';
import { STACK_NAME } from './cdk.ts';
import { type Deployment, output } from './deploy.ts';
import type { World } from './world.ts';

const IMPORT_MS = 5_000;
/** A wake, the start of the function, and the second before the first poll. */
const FIRST_POLL_MS = 3_000;
/** The next point after the end, two seconds apart, and the way to the topic. */
const ALERT_MS = 6_000;

/** While nothing is pending: that a registration wakes the poller, that the minute saves it, and that one run holds a shard. */
export async function verifyWakes(world: World, deployment: Deployment): Promise<void> {
  const { report } = world;
  await report.step('register an import of 5 s on the idle deployment', () => verifyFirstPoll(world, deployment));
  await report.step('empty the wake queue by hand and let the minute poll', () => verifyMinute(world, deployment));
  await report.step('call the poller twice at the same second', () => verifyOnce(world, deployment));
}

async function verifyFirstPoll(world: World, deployment: Deployment): Promise<void> {
  const taskId = world.simulator.control.addTask({ waitingMs: 0, processingMs: IMPORT_MS });
  const registered = await register(deployment, taskId);
  await firstPoll(world, taskId, 30_000);
  const firstMs = Date.now() - registered.atMs;
  world.report.check(
    `the first poll comes within ${FIRST_POLL_MS / 1_000} s`,
    firstMs <= FIRST_POLL_MS,
    `${firstMs} ms`,
  );
  await world.report.until({
    what: 'waiting for the alert',
    timeoutMs: 60_000,
    async probe() {
      await deployment.alerts.receive();
      return deployment.alerts.messages.find(({ Message }) => String(Message).includes(taskId));
    },
  });
  const lateMs = Date.now() - registered.atMs - IMPORT_MS;
  world.report.check(`its alert is out within ${ALERT_MS / 1_000} s of its end`, lateMs <= ALERT_MS, `${lateMs} ms`);
}

/** The queue is cut off from the poller and emptied, so that no wake of the task arrives. */
async function verifyMinute(world: World, deployment: Deployment): Promise<void> {
  const QueueUrl = await resourceId(world, 'WakesQueue');
  await feedPoller(world, false);
  const taskId = world.simulator.control.addTask({ waitingMs: 0, processingMs: 1_000 });
  await register(deployment, taskId);
  const view = await world.report.until({
    what: 'waiting for the minute',
    timeoutMs: 200_000,
    async probe() {
      await world.aws.sqs.send(new PurgeQueueCommand({ QueueUrl }));
      const seen = (await deployment.api.call('GET', `/tasks/${taskId}`)).json();
      return seen.state === 'final' ? seen : undefined;
    },
  });
  await feedPoller(world, true);
  world.report.check('the task ends although its wakes are lost', view.outcome === 'succeeded', view);
}

async function verifyOnce(world: World, deployment: Deployment): Promise<void> {
  const { control } = world.simulator;
  const taskId = control.addTask({ ending: 'never' });
  const registered = await register(deployment, taskId);
  for (let second = 0; second < 12; second += 1) {
    await Promise.all([invokePoller(world, deployment), invokePoller(world, deployment)]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const polls = control.task(taskId)?.polls ?? 0;
  const points = countPolls({ taskId, registeredAtMs: registered.registeredAtMs }, Date.now(), DEFAULT_SCHEDULE);
  world.report.check('two triggers at the same second poll once', polls > 2 && polls <= points, { polls, points });
  await deployment.api.call('DELETE', `/tasks/${taskId}`);
}

async function register({ api }: Deployment, taskId: string): Promise<{ atMs: number; registeredAtMs: number }> {
  const answer = await api.call('POST', '/tasks', { body: { task_id: taskId, label: 'wakes' } });
  if (answer.status !== 202) throw new Error(`POST /tasks answered ${answer.status}`);
  return { atMs: Date.now(), registeredAtMs: Date.parse(String(answer.json().registered_at)) };
}

const firstPoll = ({ report, simulator }: World, taskId: string, timeoutMs: number) =>
  report.until({
    what: 'waiting for the first poll',
    timeoutMs,
    probe: async () => (simulator.control.task(taskId)?.polls ?? 0) > 0 || undefined,
  });

/** Switches the event source mapping from the wake queue to the poller on or off. */
async function feedPoller(world: World, Enabled: boolean): Promise<void> {
  const client = new AwsClient({ ...CREDENTIALS, service: 'lambda', region: REGION, retries: 0 });
  const uuid = await resourceId(world, 'WakesFeed');
  const url = `${world.emulator.url}/2015-03-31/event-source-mappings/${uuid}`;
  const response = await client.fetch(url, { method: 'PUT', body: JSON.stringify({ Enabled }) });
  if (!response.ok) throw new Error(`UpdateEventSourceMapping: ${response.status} ${await response.text()}`);
}

/** As EventBridge Scheduler does, without waiting for the run. */
async function invokePoller({ emulator }: World, { outputs }: Deployment): Promise<void> {
  const client = new AwsClient({ ...CREDENTIALS, service: 'lambda', region: REGION, retries: 0 });
  const url = `${emulator.url}/2015-03-31/functions/${output(outputs, 'PollerFunction')}/invocations`;
  const response = await client.fetch(url, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Event' },
    body: JSON.stringify({ segment: 0, totalSegments: 1 }),
  });
  if (!response.ok) throw new Error(`Invoke: ${response.status} ${await response.text()}`);
}

/** The physical id of the resource whose logical id begins so: of a queue, its URL. */
async function resourceId({ aws }: World, logicalId: string): Promise<string> {
  const list = new ListStackResourcesCommand({ StackName: STACK_NAME });
  const { StackResourceSummaries = [] } = await aws.cloudFormation.send(list);
  const found = StackResourceSummaries.find(({ LogicalResourceId }) => LogicalResourceId?.startsWith(logicalId));
  if (found?.PhysicalResourceId === undefined) throw new Error(`the stack has no ${logicalId}`);
  return found.PhysicalResourceId;
}
