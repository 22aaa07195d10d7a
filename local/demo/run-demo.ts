import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { startService } from '../service.ts';
import type { Terminal } from '../terminal-alerts.ts';
import { createTerminalLog } from '../terminal-log.ts';
import { type HuaweiUser, signInAsHuaweiUser } from './huawei-user.ts';
import { createNotifierClient, type NotifierClient, type WireTask } from './notifier-client.ts';
import { CLEAN_FILE, FAILING_FILE, PARTLY_FAILING_FILE } from './petstore.ts';
import { renderResultsTable } from './results-table.ts';
import { startSlackStandIn } from './slack-stand-in.ts';
import { createProgress, type Progress, watchTasks } from './watch-tasks.ts';

export type DemoOptions = { dataDir: string; terminal: Terminal; isTty: boolean };

type Case = { label: string; start(user: HuaweiUser): Promise<string>; expected: string };

const CASES: Case[] = [
  { label: 'import-clean', start: (user) => user.importFile(CLEAN_FILE), expected: 'succeeded' },
  { label: 'import-partly', start: (user) => user.importFile(PARTLY_FAILING_FILE), expected: 'partially_succeeded' },
  { label: 'import-broken', start: (user) => user.importFile(FAILING_FILE), expected: 'failed' },
  { label: 'export-json', start: (user) => user.exportGroup('json'), expected: 'succeeded' },
  { label: 'export-yaml', start: (user) => user.exportGroup('yaml'), expected: 'succeeded' },
];
const BURST = 8;
const API_KEY = 'demo-key-that-lives-as-long-as-the-demo';
const TIMEOUT_MS = 20_000;

/**
 * The main job on one machine: tasks of every kind are started at the simulator, registered over HTTP, polled,
 * parsed, stored and announced. Resolves to the labels whose outcome was not the expected one.
 */
export async function runDemo({ dataDir, terminal, isTty }: DemoOptions): Promise<string[]> {
  const say = (text: string) => void terminal.write(`${text}\n`);
  const simulator = await startSimulator({ waitingMs: 700, processingMs: 1_500 });
  const slack = await startSlackStandIn();
  const service = await startService({
    ...{ host: '127.0.0.1', port: 0, dataDir, terminal, clock, apiKeys: [API_KEY], alertEmails: [] },
    profiles: { default: { ...defaultProfile(simulator.url), requests_per_second: 50 } },
    pollMinIntervalMs: 300,
    taskDeadlineMs: 60_000,
    slackWebhookUrl: slack.webhookUrl,
    log: createTerminalLog(process.stderr),
  });
  try {
    say(`simulator of Huawei Cloud: ${simulator.url}\nservice: ${service.url}\n`);
    const client = createNotifierClient(service.url, API_KEY);
    const progress = createProgress(terminal, isTty);
    const tasks = await watchCases(client, await signInAsHuaweiUser(simulator.url), progress);
    say(`${BURST} tasks that end together become one digest:\n`);
    const burst = Array.from({ length: BURST }, (_, i) =>
      simulator.control.addTask({ ending: i === 3 ? 'failure' : 'success' }),
    );
    await registerAll(client, burst, () => 'nightly');
    await watchTasks(client, burst, { progress, timeoutMs: TIMEOUT_MS });
    await service.close();
    say(`one of ${slack.messages.length} messages that Slack was sent, as JSON:\n`);
    say(JSON.stringify(slack.messages.find(isAboutFailures) ?? slack.messages[0], undefined, 2));
    say(`\n${renderResultsTable(tasks)}\n`);
    return findUnexpected(tasks);
  } finally {
    slack.close();
    await simulator.close();
  }
}

async function watchCases(client: NotifierClient, user: HuaweiUser, progress: Progress): Promise<WireTask[]> {
  const taskIds = await Promise.all(CASES.map(({ start }) => start(user)));
  await registerAll(client, taskIds, (i) => CASES[i]?.label ?? '');
  return watchTasks(client, taskIds, { progress, timeoutMs: TIMEOUT_MS });
}

async function registerAll(client: NotifierClient, taskIds: string[], labelOf: (index: number) => string) {
  await Promise.all(taskIds.map((taskId, index) => client.register(taskId, labelOf(index))));
}

const isAboutFailures = (message: unknown) => JSON.stringify(message).includes('import-partly');

function findUnexpected(tasks: WireTask[]): string[] {
  return CASES.filter(({ expected }, i) => tasks[i]?.outcome !== expected).map(({ label }) => label);
}
