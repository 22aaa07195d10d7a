import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseRouting } from '../../functions/channels/routing.ts';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { ownCommand } from '../own-command.ts';
import { startService } from '../service.ts';
import type { Terminal } from '../terminal-alerts.ts';
import { createTerminalLog } from '../terminal-log.ts';
import { type HeldTerminal, holdTerminal } from './held-terminal.ts';
import { EXPORT_FIELDS, type HuaweiUser, signInAsHuaweiUser } from './huawei-user.ts';
import { type About, createNotifierClient, type NotifierClient, type WireTask } from './notifier-client.ts';
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

type Case = {
  label: string;
  expected: string;
  /** Starts and watches it in one call; resolves to its id. */
  start?(client: NotifierClient, about: About): Promise<string>;
  /** Starts it at Huawei Cloud, as somebody else would, so that only its id is known here. */
  startElsewhere?(user: HuaweiUser): Promise<string>;
};

const CASES: Case[] = [
  {
    label: 'import-clean',
    expected: 'succeeded',
    start: (client, about) => client.importFile(CLEAN_FILE, about),
  },
  {
    label: 'import-partly',
    expected: 'partially_succeeded',
    start: (client, about) => client.importFile(PARTLY_FAILING_FILE, about),
  },
  // Our own API refuses this file before anything starts.
  { label: 'import-broken', expected: 'failed', startElsewhere: (user) => user.importFile(FAILING_FILE) },
  {
    label: 'export-json',
    expected: 'succeeded',
    start: (client, about) => client.exportGroup({ ...EXPORT_FIELDS, type: 'json' }, about),
  },
  { label: 'export-yaml', expected: 'succeeded', startElsewhere: (user) => user.exportGroup('yaml') },
];
/** Whose messages are shown: it has the most to say. */
const SHOWN = 'import-partly';
const BURST = 8;
const API_KEY = 'demo-key-that-lives-as-long-as-the-demo';
const TIMEOUT_MS = 20_000;
const ANNOUNCED_WITHIN_MS = 5_000;

/**
 * The main job on one machine: tasks of every kind are started over HTTP, or registered where others started them, polled,
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
    channels: parseRouting({ webhook_url: slack.webhookUrl }),
    log: createTerminalLog(process.stderr),
  });
  try {
    say(`simulator of Huawei Cloud: ${simulator.url}\nservice: ${service.url}\n`);
    const client = createNotifierClient(service.url, API_KEY);
    const progress = createProgress(terminal, isTty);
    const watch = (taskIds: string[]) => watchTasks(client, taskIds, { progress, timeoutMs: TIMEOUT_MS });

    const taskIds = await startCases(client, await signInAsHuaweiUser(simulator.url), webhook.url);
    say(`POST /imports and POST /exports started and watch: ${labelsOf('start')}`);
    say(`POST /tasks watches what others started: ${labelsOf('startElsewhere')}\n`);
    const tasks = await watch(taskIds);
    say(`\n${heading('messages for people')}`);
    await showAlerts(alerts, taskIds);

    say(`${BURST} tasks that finish together are reported in one digest:\n`);
    const burst = startBurst(simulator);
    await Promise.all(burst.map((taskId) => client.register(taskId, { label: 'nightly' })));
    await watch(burst);
    say('');
    await showAlerts(alerts, burst);

    await service.close();
    say(showSlack(slack.messages, SHOWN, asJson));
    say(`${heading('messages for machines')}\n${showEvent(webhook.bodies, SHOWN, asJson)}`);
    say(`${renderResultsTable(tasks)}\n\nTry it yourself: ${ownCommand('start')}, then open the URL it prints`);
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

const labelsOf = (way: 'start' | 'startElsewhere') =>
  CASES.filter((one) => one[way])
    .map(({ label }) => label)
    .join(', ');

function startCases(client: NotifierClient, user: HuaweiUser, callbackUrl: string): Promise<string[]> {
  return Promise.all(
    CASES.map(async ({ label, start, startElsewhere }) => {
      const about = { label, callbackUrl };
      if (start) return start(client, about);
      const taskId = (await startElsewhere?.(user)) ?? '';
      await client.register(taskId, about);
      return taskId;
    }),
  );
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
