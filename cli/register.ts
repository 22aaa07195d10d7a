import { problemKind, readTask, type Task } from './answers.ts';
import type { Called } from './service.ts';
import { expectValue, registrationOf, type Session, taskPath } from './session.ts';

/** The tasks by these ids; one that the service does not know is registered with what the options give. Throws `Stop`. */
export async function findOrRegister(session: Session, taskIds: readonly string[], untilMs: number): Promise<Task[]> {
  // Before anything is sent: a wrong option must not leave half of the tasks registered.
  const registration = registrationOf(session.values);
  return inTurn(taskIds, async (taskId) => {
    const known = await find(session, taskId, untilMs);
    return known ?? registerTask(session, { task_id: taskId, ...registration }, untilMs);
  });
}

/** Has these tasks watched; a repeated registration changes nothing. Throws `Stop`. */
export async function registerAll(session: Session, taskIds: readonly string[]): Promise<Task[]> {
  const registration = registrationOf(session.values);
  return inTurn(taskIds, async (taskId) => {
    const known = await inLowerCase(session, taskId, Number.POSITIVE_INFINITY);
    return known ?? registerTask(session, { task_id: taskId, ...registration }, undefined);
  });
}

async function inTurn<T>(taskIds: readonly string[], each: (taskId: string) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (const taskId of taskIds) found.push(await each(taskId));
  return found;
}

async function registerTask(
  { service }: Session,
  body: object & { task_id: string },
  untilMs: number | undefined,
): Promise<Task> {
  const called = await service.call(
    { method: 'POST', path: '/tasks', body },
    { read: taskReader(body.task_id), ...(untilMs !== undefined && { untilMs, isPatient: true }) },
  );
  return expectValue(called, service);
}

async function find(session: Session, taskId: string, untilMs: number): Promise<Task | undefined> {
  return (await ask(session, taskId, untilMs)) ?? inLowerCase(session, taskId, untilMs);
}

/** Huawei's ids are in lower case; one that was typed otherwise is an id of its own to the service. */
async function inLowerCase(session: Session, taskId: string, untilMs: number): Promise<Task | undefined> {
  const lower = taskId.toLowerCase();
  if (lower === taskId) return undefined;
  const task = await ask(session, lower, untilMs);
  if (task !== undefined) session.note(`${taskId} is known as ${lower}`);
  return task;
}

async function ask({ service }: Session, taskId: string, untilMs: number): Promise<Task | undefined> {
  const limits = Number.isFinite(untilMs) ? { untilMs, isPatient: true } : {};
  const called = await service.call({ method: 'GET', path: taskPath(taskId) }, { read: taskReader(taskId), ...limits });
  return isUnknownTask(called) ? undefined : expectValue(called, service);
}

/** Reads an answer about this task: another one's would be some cache's mistake. */
export function taskReader(taskId: string): (answer: { json: unknown }) => Task | undefined {
  return ({ json }) => {
    const task = readTask(json);
    return task?.task_id === taskId ? task : undefined;
  };
}

/** Whether the service answered that the task is not registered. */
export function isUnknownTask(called: Called<unknown>): boolean {
  return called.kind === 'refused' && problemKind(called.problem) === 'unknown-task';
}
