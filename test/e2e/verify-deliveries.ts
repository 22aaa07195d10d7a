import type { Deployment } from './deploy.ts';
import type { WatchedTask } from './tasks.ts';
import type { World } from './world.ts';

const TIMEOUT_MS = 60_000;

type Delivery = { channel: string; status: string };

/** That each result says who was told, once per channel: Slack for every task, the webhook for those that asked. */
export async function verifyDeliveries({ report }: World, { api }: Deployment, tasks: WatchedTask[]): Promise<void> {
  const expected = new Map(tasks.map((task) => [task.taskId, channelsOf(task)]));
  let found = new Map<string, string>();
  await report.until({
    what: 'waiting for the notes of deliveries',
    timeoutMs: TIMEOUT_MS,
    async probe() {
      const views = await Promise.all(tasks.map(({ taskId }) => api.call('GET', `/tasks/${taskId}`)));
      found = new Map(tasks.map(({ taskId }, index) => [taskId, deliveredTo(views[index]?.json().deliveries)]));
      return tasks.every(({ taskId }) => found.get(taskId) === expected.get(taskId)) || undefined;
    },
  });
  report.check(
    'each result says that Slack, and the webhook where it was asked for, were told, once each',
    true,
    found,
  );
}

function channelsOf({ hasCallback }: WatchedTask): string {
  return (hasCallback ? ['default', 'webhook'] : ['default']).join();
}

function deliveredTo(deliveries: unknown): string {
  const all = (deliveries ?? []) as Delivery[];
  return all
    .map(({ channel, status }) => (status === 'delivered' ? channel : `${channel} ${status}`))
    .sort()
    .join();
}
