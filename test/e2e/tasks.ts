import { signInAsHuaweiUser } from '../../local/demo/huawei-user.ts';
import { CLEAN_FILE, FAILING_FILE, PARTLY_FAILING_FILE } from '../../local/demo/petstore.ts';
import type { Answer, Api } from './api.ts';
import { FOUR_KINDS } from './channel-stand-ins.ts';
import type { Deployment } from './deploy.ts';
import { NAMED_KEY } from './named-key.ts';
import type { World } from './world.ts';

/** A task at the simulator, and how it should end. */
export type WatchedTask = { taskId: string; label: string; expected: string; hasCallback: boolean };

/** With what bytes get lost in: several alphabets, both line ends, and none at the end. */
export const KNOWN_DOCUMENT = `{"swagger":"2.0","info":{"title":"déjà vu — 你好 🚀"},\r\n"paths":{}}\n${' '.repeat(300_000)}`;
/** More than a Lambda may answer, so that its reader is sent to the bucket. */
export const LARGE_DOCUMENT = `{"swagger":"2.0","x-padding":"${'0123456789'.repeat(650_000)}"}`;

/** Starts tasks of every kind, as a console or a CI job would. */
export async function startTasks({ simulator }: World): Promise<WatchedTask[]> {
  const user = await signInAsHuaweiUser(simulator.url);
  const exported = (document: string) =>
    simulator.control.addTask({ taskType: 'export_api', processingMs: 5_000, taskResult: exportResult(document) });
  return [
    task('import-clean', 'succeeded', { taskId: await user.importFile(CLEAN_FILE), hasCallback: true }),
    task('import-partly', 'partially_succeeded', { taskId: await user.importFile(PARTLY_FAILING_FILE) }),
    task('import-broken', 'failed', { taskId: await user.importFile(FAILING_FILE), hasCallback: true }),
    task(FOUR_KINDS, 'failed', { taskId: await user.importFile(FAILING_FILE), hasCallback: true }),
    task('export-json', 'succeeded', { taskId: await user.exportGroup('json') }),
    task('export-known', 'succeeded', { taskId: exported(KNOWN_DOCUMENT) }),
    task('export-large', 'succeeded', { taskId: exported(LARGE_DOCUMENT) }),
  ];
}

/** Tasks that stay in processing until `finishSlowTasks`. */
export function startSlowTasks({ simulator }: World, count: number): WatchedTask[] {
  return Array.from({ length: count }, (_, index) =>
    task(`slow-${index}`, 'partially_succeeded', { taskId: simulator.control.addTask({ ending: 'never' }) }),
  );
}

export function finishSlowTasks({ simulator }: World, tasks: WatchedTask[]): void {
  for (const { taskId } of tasks) simulator.control.addTask({ taskId, ending: 'partial' });
}

const TRIES = 5;

/** Registers tasks through the deployed HTTP API; asks again after a 503, as the API says. */
export async function registerTasks(world: World, { api }: Deployment, tasks: WatchedTask[]) {
  const answers = await Promise.all(tasks.map((task) => register(world, api, task)));
  const refused = answers.filter(({ status }) => status !== 202 && status !== 200);
  const again = answers.filter(({ tries }) => tries > 1).length;
  world.report.check(
    `POST /tasks accepts ${tasks.length} registrations${again > 0 ? `, ${again} of them after a 503` : ''}`,
    refused.length === 0,
    refused.map(({ status, bytes }) => `${status} ${bytes}`),
  );
}

async function register(world: World, api: Api, task: WatchedTask, tries = 1): Promise<Answer & { tries: number }> {
  const { taskId, label, hasCallback } = task;
  const body = { task_id: taskId, label, ...(hasCallback && { callback_url: world.webhook.url }) };
  const answer = await api.call('POST', '/tasks', { apiKey: NAMED_KEY.key, body });
  if (answer.status !== 503 || tries >= TRIES) return { ...answer, tries };
  return register(world, api, task, tries + 1);
}

/** Waits until the API says that every task is over; only the schedule runs the poller. */
export async function untilOver({ report }: World, { api }: Deployment, tasks: WatchedTask[]) {
  let over = 0;
  return report.until({
    what: 'waiting for the schedule and the poller',
    timeoutMs: 180_000,
    soFar: () => `${over} of ${tasks.length} over`,
    async probe() {
      const answers = await Promise.all(tasks.map(({ taskId }) => api.call('GET', `/tasks/${taskId}`)));
      const views = answers.map((answer) => answer.json());
      over = views.filter(({ state }) => state === 'final').length;
      return over === tasks.length ? views : undefined;
    },
  });
}

function exportResult(document: string): string {
  return JSON.stringify({ FileName: 'known-2026-11-24-10:00:00', FileType: '.json', Comment: document });
}

function task(label: string, expected: string, more: { taskId: string; hasCallback?: boolean }): WatchedTask {
  return { label, expected, hasCallback: false, ...more };
}
