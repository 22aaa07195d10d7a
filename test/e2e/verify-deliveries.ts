import { FOUR_KINDS } from './channel-stand-ins.ts';
import type { Deployment } from './deploy.ts';
import type { WatchedTask } from './tasks.ts';
import type { World } from './world.ts';

const TIMEOUT_MS = 60_000;

type Delivery = { channel: string; status: string };

/** That each result says who was told, once per channel: the channels of its rules, and the webhook for those that asked. */
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
    'each result says that the channels of its rules, and the webhook where it was asked for, were told, once each',
    true,
    found,
  );
}

function channelsOf({ hasCallback, label }: WatchedTask): string {
  const named = label === FOUR_KINDS ? ['default', 'pager', 'teams'] : ['default'];
  return (hasCallback ? [...named, 'webhook'] : named).join();
}

function deliveredTo(deliveries: unknown): string {
  const all = (deliveries ?? []) as Delivery[];
  return all
    .map(({ channel, status }) => (status === 'delivered' ? channel : `${channel} ${status}`))
    .sort()
    .join();
}
