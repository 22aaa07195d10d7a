import type { PendingTask } from '../core/task.ts';
import { type ApiResponse, jsonResponse, type RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { nextPollAtMs } from './next-poll.ts';
import { noQuerySchema, registrationSchema } from './request-schemas.ts';
import { retryAfter } from './retry-after.ts';
import { requireSame } from './same-registration.ts';
import { type TaskView, viewFinal, viewPending } from './task-view.ts';
import { toPendingTask } from './to-pending-task.ts';
import { validBody, validQuery } from './validate.ts';

/** How a registration ended: 202 for a new one, 200 for one that was there. `nextPollAtMs` while it is pending. */
export type Registered = { status: 200 | 202; task: TaskView; nextPollAtMs?: number };

/** `POST /tasks`. */
export function registerTaskRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    validQuery(noQuerySchema, event);
    return answerRegistered(deps, await registerTask(deps, event.body));
  };
}

/** Registers one task; throws `HttpProblem` 400 for what cannot be registered, 409 for an id taken by another. */
export async function registerTask(deps: TasksApiDeps, body: unknown): Promise<Registered> {
  const task = await toPendingTask(deps, validBody(registrationSchema, body));
  return (await finalRegistration(deps, task)) ?? putTask(deps, task);
}

/** Puts the row of a task that had no result a moment ago; what is registered under its id already stays. */
export async function putTask(deps: TasksApiDeps, task: PendingTask): Promise<Registered> {
  const put = await deps.pending.register(task);
  if (put.kind === 'exists') {
    requireSame(task, put.task);
    return pendingRegistration(deps, put.task, 200);
  }
  // The same task may have settled between the read and the put: its row was deleted, so ours took its place.
  // Its result was published before that deletion, so ours can go.
  const since = await finalRegistration(deps, task);
  if (since === undefined) return pendingRegistration(deps, task, 202);
  await deps.pending.remove(task.taskId);
  return since;
}

/** The registration of a task that is pending. */
export function pendingRegistration(deps: TasksApiDeps, task: PendingTask, status: 200 | 202): Registered {
  const atMs = nextPollAtMs(deps, task);
  return { status, task: viewPending(task, atMs), nextPollAtMs: atMs };
}

/** Says where the task is, and while it is pending, when to look again. */
export function answerRegistered(deps: TasksApiDeps, { status, task, nextPollAtMs }: Registered): ApiResponse {
  return jsonResponse(status, task, {
    location: `/tasks/${task.task_id}`,
    ...(nextPollAtMs === undefined ? {} : retryAfter(deps, nextPollAtMs)),
  });
}

async function finalRegistration(deps: TasksApiDeps, task: PendingTask): Promise<Registered | undefined> {
  const result = await deps.results.get(task.taskId);
  if (result === undefined) return undefined;
  requireSame(task, result);
  return { status: 200, task: viewFinal(result) };
}
