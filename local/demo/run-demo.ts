import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { startService } from '../service.ts';
import type { Terminal } from '../terminal-alerts.ts';
import { createTerminalLog } from '../terminal-log.ts';
import { type HeldTerminal, holdTerminal } from './held-terminal.ts';
import { type HuaweiUser, signInAsHuaweiUser } from './huawei-user.ts';
import { createNotifierClient, type NotifierClient, type WireTask } from './notifier-client.ts';
import { CLEAN_FILE, FAILING_FILE, PARTLY_FAILING_FILE } from './petstore.ts';
import { startReceiver } from './receiver.ts';
import { renderResultsTable } from './results-table.ts';
import { heading, showEvent, showSlack } from './show-messages.ts';
import { startSlackStandIn } from './slack-stand-in.ts';
import { createProgress, watchTasks } from './watch-tasks.ts';

export type DemoOptions = {
  dataDir: string;
  terminal: Terminal;
  isTty: boolean;
  /** Shows messages to machines, and Slack's, as the JSON that they are. */
  asJson: boolean;
};

type Case = { label: string; start(user: HuaweiUser): Promise<string>; expected: string };

const CASES: Case[] = [
  { label: 'import-clean', start: (user) => user.importFile(CLEAN_FILE), expected: 'succeeded' },
  { label: 'import-partly', start: (user) => user.importFile(PARTLY_FAILING_FILE), expected: 'partially_succeeded' },
  { label: 'import-broken', start: (user) => user.importFile(FAILING_FILE), expected: 'failed' },
  { label: 'export-json', start: (user) => user.exportGroup('json'), expected: 'succeeded' },
  { label: 'export-yaml', start: (user) => user.exportGroup('yaml'), expected: 'succeeded' },
];
/** Whose messages are shown: it has the most to say. */
const SHOWN = 'import-partly';
const BURST = 8;
const API_KEY = 'demo-key-that-lives-as-long-as-the-demo';
const TIMEOUT_MS = 20_000;
const ANNOUNCED_WITHIN_MS = 5_000;

/**
 * The main job on one machine: tasks of every kind are started at the simulator, registered over HTTP, polled,
 * parsed, stored and announced. Resolves to the labels whose outcome was not the expected one.
 */
export async function runDemo({ dataDir, terminal, isTty, asJson }: DemoOptions): Promise<string[]> {
  const say = (text: string) => void terminal.write(`${text}\n`);
  const simulator = await startSimulator({ waitingMs: 700, processingMs: 1_500 });
  const slack = await startSlackStandIn();
  const webhook = await startReceiver('/hooks/apig');
  const alerts = holdTerminal(terminal);
  const signing = { webhook_secrets: [`whsec_${randomBytes(32).toString('base64')}`] };
  const service = await startService({
    ...{ host: '127.0.0.1', port: 0, dataDir, terminal: alerts, clock, apiKeys: [API_KEY], alertEmails: [] },
    profiles: { default: { ...defaultProfile(simulator.url), ...signing, requests_per_second: 50 } },
    pollMinIntervalMs: 300,
    taskDeadlineMs: 60_000,
    slackWebhookUrl: slack.webhookUrl,
    log: createTerminalLog(process.stderr),
  });
  try {
    say(`simulator of Huawei Cloud: ${simulator.url}\nservice: ${service.url}\n`);
    const client = createNotifierClient(service.url, API_KEY);
    const progress = createProgress(terminal, isTty);
    const watch = (taskIds: string[]) => watchTasks(client, taskIds, { progress, timeoutMs: TIMEOUT_MS });

    const taskIds = await startCases(await signInAsHuaweiUser(simulator.url));
    await registerAll(client, taskIds, (i) => [CASES[i]?.label ?? '', webhook.url]);
    const tasks = await watch(taskIds);
    say(`\n${heading('messages for people')}`);
    await showAlerts(alerts, taskIds);

    say(`${BURST} tasks that finish together are reported in one digest:\n`);
    const burst = startBurst(simulator);
    await registerAll(client, burst, () => ['nightly']);
    await watch(burst);
    say('');
    await showAlerts(alerts, burst);

    await service.close();
    say(showSlack(slack.messages, SHOWN, asJson));
    say(`${heading('messages for machines')}\n${showEvent(webhook.bodies, SHOWN, asJson)}`);
    say(`${renderResultsTable(tasks)}\n\nTry it yourself: npm start, then open the URL it prints`);
    return findUnexpected(tasks);
  } finally {
    alerts.letGo();
    slack.close();
    webhook.close();
    await simulator.close();
  }
}

function startBurst({ control }: Simulator): string[] {
  return Array.from({ length: BURST }, (_, i) => control.addTask({ ending: i === 3 ? 'failure' : 'success' }));
}

function startCases(user: HuaweiUser): Promise<string[]> {
  return Promise.all(CASES.map(({ start }) => start(user)));
}

async function registerAll(client: NotifierClient, taskIds: string[], about: (index: number) => [string, string?]) {
  await Promise.all(taskIds.map((taskId, index) => client.register(taskId, ...about(index))));
}

/** A task is final a moment before it is announced: waits until all are, and shows what came. */
async function showAlerts(alerts: HeldTerminal, taskIds: string[]): Promise<void> {
  const deadlineMs = Date.now() + ANNOUNCED_WITHIN_MS;
  while (Date.now() < deadlineMs && !taskIds.every((taskId) => alerts.held().includes(taskId))) await delay(20);
  alerts.letGo();
}

function findUnexpected(tasks: WireTask[]): string[] {
  return CASES.filter(({ expected }, i) => tasks[i]?.outcome !== expected).map(({ label }) => label);
}
