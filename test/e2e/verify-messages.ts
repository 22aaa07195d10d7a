import type { Deployment } from './deploy.ts';
import type { WatchedTask } from './tasks.ts';
import { verifyDeliveries } from './verify-deliveries.ts';
import type { World } from './world.ts';

const DELIVERY_TIMEOUT_MS = 60_000;

/** That everybody has been told: machines by their filter, people, Amazon Q, Slack, and the webhook. */
export async function verifyMessages(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  await verifyEvents(world, deployment, tasks);
  await verifyAlerts(world, deployment, tasks);
  await verifyChat(world, deployment, tasks);
  await verifySlack(world, tasks);
  await verifyWebhook(world, tasks);
  await verifyDeliveries(world, deployment, tasks);
}

const isTrouble = ({ expected }: WatchedTask) => expected !== 'succeeded';
const idsOf = (tasks: WatchedTask[]) => tasks.map(({ taskId, expected }) => `${taskId}:${expected}`).sort();
const sameList = (a: unknown[], b: unknown[]) => JSON.stringify(a) === JSON.stringify(b);

/** Exactly one CloudEvent for each task that the queue's filter lets pass, and none for another. */
export async function verifyEvents({ report }: World, { troubles, api }: Deployment, tasks: WatchedTask[]) {
  const expected = idsOf(tasks.filter(isTrouble));
  const received = () => troubles.messages.map(({ id }) => String(id)).sort();
  await report.until({
    what: 'waiting for CloudEvents',
    timeoutMs: DELIVERY_TIMEOUT_MS,
    soFar: () => `${troubles.messages.length} of ${expected.length}`,
    async probe() {
      await troubles.receive();
      return expected.every((id) => received().includes(id)) || undefined;
    },
  });
  const isExact = sameList(received(), expected);
  report.check(`the filtered queue has ${expected.length} CloudEvents, one for each that is not a success`, isExact, {
    ...{ expected, received: received() },
  });
  const links = troubles.messages.map(({ data }) => (data as { result_url: string }).result_url);
  const areAbsolute = links.every((link) => link.startsWith(`${api.url}/tasks/`));
  report.check('CloudEvents link to the deployed API', areAbsolute, links);
}

async function verifyAlerts({ report }: World, { alerts }: Deployment, tasks: WatchedTask[]) {
  await report.until({
    what: 'waiting for alerts',
    timeoutMs: DELIVERY_TIMEOUT_MS,
    async probe() {
      await alerts.receive();
      const text = alerts.messages.map(({ Message }) => String(Message)).join('\n');
      return tasks.every(({ taskId, label }) => text.includes(taskId) || text.includes(label)) || undefined;
    },
  });
  const partial = alerts.messages.find(({ Subject }) => /partially succeeded/.test(String(Subject)));
  const body = String(partial?.Message);
  const saysWhat = body.includes('/orders') && /APIG\.\d+/.test(body);
  report.check('an alert says in words what failed in a partial import', saysWhat, alerts.messages);
}

async function verifyChat({ report }: World, { chat }: Deployment, tasks: WatchedTask[]) {
  await report.until({
    what: 'waiting for chat messages',
    timeoutMs: DELIVERY_TIMEOUT_MS,
    async probe() {
      await chat.receive();
      const text = JSON.stringify(chat.messages);
      return tasks.every(({ label }) => text.includes(label)) || undefined;
    },
  });
  const isCustom = chat.messages.every(({ version, source }) => version === '1.0' && source === 'custom');
  report.check('the chat topic has custom notifications for Amazon Q', isCustom, chat.messages);
}

async function verifySlack({ report, slack }: World, tasks: WatchedTask[]) {
  const missing = () => tasks.filter(({ label }) => !JSON.stringify(slack.messages).includes(label));
  await report.until({
    what: 'waiting for Slack',
    timeoutMs: DELIVERY_TIMEOUT_MS,
    soFar: () => `${missing().length} tasks not told`,
    probe: async () => missing().length === 0 || undefined,
  });
  const haveText = slack.messages.every((message) => typeof (message as { text?: unknown }).text === 'string');
  report.check(`Slack got every task in ${slack.messages.length} messages, each with a fallback text`, haveText, [
    ...slack.messages,
  ]);
}

async function verifyWebhook({ report, webhook }: World, tasks: WatchedTask[]) {
  const expected = idsOf(tasks.filter(({ hasCallback }) => hasCallback));
  const received = () => webhook.received.map(({ event }) => String(event.id)).sort();
  await report.until({
    what: 'waiting for webhooks',
    timeoutMs: DELIVERY_TIMEOUT_MS,
    soFar: () => `${webhook.received.length} of ${expected.length}, ${webhook.refused.length} refused`,
    probe: async () => expected.every((id) => received().includes(id)) || undefined,
  });
  const isExact = sameList(received(), expected) && webhook.refused.length === 0;
  report.check('the webhook got what asked for it, with good signatures, and nothing else', isExact, {
    ...{ expected, received: received(), refused: webhook.refused },
  });
}
