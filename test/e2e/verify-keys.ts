import { type Deployment, output } from './deploy.ts';
import { NAMED_KEY } from './named-key.ts';
import { logMessages } from './poller-runs.ts';
import type { WatchedTask } from './tasks.ts';
import type { World } from './world.ts';

/** What a named key may do, and that its name stands wherever its tasks do; the wrong entry beside it spoils nothing. */
export async function verifyKeys(world: World, { api, outputs, alerts, troubles }: Deployment, tasks: WatchedTask[]) {
  const { report } = world;
  const apiKey = NAMED_KEY.key;
  const who = await api.call('GET', '/whoami', { apiKey });
  const isKnown = JSON.stringify(who.json().name) === JSON.stringify(NAMED_KEY.name);
  report.check('GET /whoami answers the name and scopes of the key, beside a wrong entry', isKnown, `${who.bytes}`);
  const [task] = tasks;
  const refused = await api.call('DELETE', `/tasks/${task?.taskId}`, { apiKey });
  const saysWhich =
    refused.status === 403 && /missing-scope/.test(`${refused.bytes}`) && /manage/.test(`${refused.bytes}`);
  report.check('a key without the scope "manage" is refused with 403, by name', saysWhich, `${refused.bytes}`);

  const views = await Promise.all(tasks.map(({ taskId }) => api.call('GET', `/tasks/${taskId}`, { apiKey })));
  const areNamed = views.every((view) => view.json().registered_by === NAMED_KEY.name);
  report.check(
    'each task says which key registered it',
    areNamed,
    views.map(({ bytes }) => `${bytes}`),
  );
  const events = troubles.messages.map(({ data }) => (data as { registered_by?: string }).registered_by);
  report.check(
    'each event says it',
    events.every((name) => name === NAMED_KEY.name),
    events,
  );
  // Others are about tasks that steps before this one registered with the generated key.
  const isOurs = (text: string) => text.includes('Label: ') && tasks.some(({ taskId }) => text.includes(taskId));
  const mails = alerts.messages.map(({ Message }) => String(Message)).filter(isOurs);
  const haveName = mails.every((text) => text.includes(`Registered by: ${NAMED_KEY.name}`));
  report.check(`each of ${mails.length} mails about one task says it`, haveName, mails);
  await verifyAudit(world, output(outputs, 'TasksApiLogs'), tasks);
}

async function verifyAudit(world: World, logGroup: string, tasks: WatchedTask[]): Promise<void> {
  const lines = (await logMessages(world, logGroup)).filter((line) => line.includes('"audit"'));
  const changes = lines.map((line) => JSON.parse(line) as { key: string; action: string; task_id: string });
  const own = changes.filter(({ task_id }) => tasks.some(({ taskId }) => taskId === task_id));
  const areNoted =
    own.length === tasks.length && own.every(({ key, action }) => key === NAMED_KEY.name && action === 'register');
  world.report.check('the log has one audit line for each registration, with the name of the key', areNoted, own);
  const secrets = lines.filter((line) => line.includes(NAMED_KEY.key));
  world.report.check('no line has the key itself', secrets.length === 0);
}
