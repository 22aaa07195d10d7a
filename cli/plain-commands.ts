import { readPage, readTask, readWhoami, type Task } from './answers.ts';
import { saveDefinition } from './definition.ts';
import { EXIT, type ExitCode, Stop, wrongUsage } from './exit.ts';
import { isUnknownTask, registerAll, taskReader } from './register.ts';
import type { Request } from './request.ts';
import { expectValue, print, registrationOf, type Session, taskPath, textFields } from './session.ts';
import { nameOf, stateWords } from './table.ts';
import { readTaskIds } from './task-ids.ts';
import { durationWords, oneLine } from './text.ts';
import { describeEnd } from './words.ts';

export async function registerCommand(session: Session): Promise<ExitCode> {
  const taskIds = await readTaskIds(session.args, { stdin: session.io.stdin, note: session.note });
  for (const task of await registerAll(session, taskIds)) {
    print(session, task, () => `${task.task_id}  ${stateWords(task)}`);
  }
  return EXIT.done;
}

export async function listCommand(session: Session): Promise<ExitCode> {
  const { values } = session;
  const wanted = Number(values.text('limit') ?? '20');
  if (!Number.isInteger(wanted) || wanted < 1) throw wrongUsage('--limit must be a whole number from 1.');
  const filters = textFields(values, [
    'state',
    'outcome',
    'label',
    'profile',
    'instance-id',
    'task-type',
    'group-id',
    'since',
  ]);
  for await (const task of listTasks(session, filters, wanted)) print(session, task, () => listLine(task));
  return EXIT.done;
}

async function* listTasks({ service }: Session, filters: Record<string, string>, wanted: number): AsyncGenerator<Task> {
  let cursor: string | undefined;
  let left = wanted;
  do {
    const query = new URLSearchParams({ ...filters, limit: String(Math.min(left, 100)), ...(cursor && { cursor }) });
    const called = await service.call(
      { method: 'GET', path: `/tasks?${query}` },
      { read: ({ json }) => readPage(json) },
    );
    const page = expectValue(called, service);
    yield* page.items.slice(0, left);
    left -= page.items.length;
    cursor = page.next_cursor;
  } while (cursor !== undefined && left > 0);
}

function listLine(task: Task): string {
  const took =
    task.state === 'final' ? durationWords(Date.parse(task.completed_at) - Date.parse(task.registered_at)) : '';
  const label = task.label === undefined ? '' : nameOf(task);
  return [task.task_id, task.registered_at.slice(0, 16).replace('T', ' '), stateWords(task), took, label]
    .join('  ')
    .trimEnd();
}

export async function showCommand(session: Session): Promise<ExitCode> {
  const { service, paint } = session;
  const taskId = await oneTaskId(session);
  const called = await service.call({ method: 'GET', path: taskPath(taskId) }, { read: taskReader(taskId) });
  const task = expectValue(called, service);
  print(session, task, () =>
    task.state === 'final' ? describeEnd({ kind: 'final', task }, paint) : describePending(task),
  );
  return EXIT.done;
}

function describePending(task: Extract<Task, { state: 'pending' }>): string {
  const error =
    task.last_error === undefined ? [] : [`  ${oneLine(task.last_error.code)}: ${oneLine(task.last_error.message)}`];
  return [
    `${nameOf(task)}: ${stateWords(task)}`,
    ...error,
    `  registered ${task.registered_at}, next poll ${task.next_poll_at}`,
  ].join('\n');
}

export async function definitionCommand(session: Session): Promise<ExitCode> {
  await saveDefinition(session, await oneTaskId(session), session.values.text('output') ?? '-');
  return EXIT.done;
}

export async function notifyCommand(session: Session): Promise<ExitCode> {
  const taskId = await oneTaskId(session);
  const body = textFields(session.values, ['channel']);
  const answer = await send(session, { method: 'POST', path: taskPath(taskId, '/notifications'), body });
  print(session, answer, () => `${taskId}: its notifications are sent again`);
  return EXIT.done;
}

export async function rewatchCommand(session: Session): Promise<ExitCode> {
  const taskId = await oneTaskId(session);
  const answer = await send(session, {
    method: 'POST',
    path: taskPath(taskId, '/watch'),
    body: registrationOf(session.values),
  });
  const task = readTask(answer);
  print(session, answer, () => `${taskId}  ${task === undefined ? 'watched' : stateWords(task)}`);
  return EXIT.done;
}

export async function forgetCommand(session: Session): Promise<ExitCode> {
  const taskId = await oneTaskId(session);
  const called = await session.service.call(
    { method: 'DELETE', path: taskPath(taskId) },
    { read: ({ status }) => (status === 204 ? true : undefined) },
  );
  // The answer to the first try was lost, and it did what it should.
  const isGone = called.kind === 'refused' && called.isRepeat && isUnknownTask(called);
  if (!isGone) expectValue(called, session.service);
  print(session, { task_id: taskId, state: 'forgotten' }, () => `${taskId}: no longer watched`);
  return EXIT.done;
}

export async function whoamiCommand(session: Session): Promise<ExitCode> {
  const { service } = session;
  const called = await service.call({ method: 'GET', path: '/whoami' }, { read: ({ json }) => readWhoami(json) });
  if (called.kind === 'refused' && called.status === 404) {
    throw new Stop(
      EXIT.refused,
      'This service does not name keys yet: it has no GET /whoami. The key itself is accepted.',
    );
  }
  const key = expectValue(called, service);
  print(session, key, () => `${oneLine(key.name ?? 'a key without a name')}: ${key.scopes.map(oneLine).join(', ')}`);
  return EXIT.done;
}

async function oneTaskId({ args, io, note }: Session): Promise<string> {
  const [taskId = '', ...more] = await readTaskIds(args, { stdin: io.stdin, note });
  if (more.length > 0) throw wrongUsage('This command takes one task id.');
  return taskId;
}

async function send({ service }: Session, request: Request): Promise<object> {
  const called = await service.call(request, {
    read: ({ json }) => (typeof json === 'object' && json !== null ? json : undefined),
  });
  return expectValue(called, service);
}
