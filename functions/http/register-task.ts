import type { PendingTask } from '../tasks/task.ts';
import { type ApiResponse, jsonResponse, type RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { nextPollAtMs } from './next-poll.ts';
import { noQuerySchema, registrationSchema } from './request-schemas.ts';
import { retryAfter } from './retry-after.ts';
import { requireSame, type Wanted } from './same-registration.ts';
import { type TaskView, viewFinal, viewPending } from './task-view.ts';
import { type Resolved, resolveRegistration } from './to-pending-task.ts';
import { validBody, validQuery } from './validate.ts';

/** How a registration ended: 202 for a new one, 200 for one that was there. `nextPollAtMs` while it is pending. */
export type Registered = { status: 200 | 202; task: TaskView; nextPollAtMs?: number };

type Refused = Extract<Resolved, { refusal: unknown }>;

/** `POST /tasks`. */
export function registerTaskRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    validQuery(noQuerySchema, event);
    return answerRegistered(deps, await registerTask(deps, event.body));
  };
}

/** Registers one task; throws `HttpProblem` 400 for what cannot be registered, 409 for an id taken by another. */
export async function registerTask(deps: TasksApiDeps, body: unknown): Promise<Registered> {
  const resolved = await resolveRegistration(deps, validBody(registrationSchema, body));
  if ('refusal' in resolved) return repeatOnly(deps, resolved);
  return (await finalRegistration(deps, resolved.task)) ?? putTask(deps, resolved.task);
}

/** What could not begin today may have begun before its profile went or webhooks were switched off. */
async function repeatOnly(deps: TasksApiDeps, { wanted, refusal }: Refused): Promise<Registered> {
  // In this order, for a task that ends now has its result before its row goes.
  const pending = await deps.pending.get(wanted.taskId);
  const final = await finalRegistration(deps, wanted);
  if (final !== undefined) return final;
  if (pending === undefined) throw refusal;
  requireSame(wanted, pending);
  return pendingRegistration(deps, pending, 200);
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
  if (since === undefined) {
    await deps.wakePoller?.(task.registeredAtMs);
    return pendingRegistration(deps, task, 202);
  }
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

async function finalRegistration(deps: TasksApiDeps, wanted: Wanted): Promise<Registered | undefined> {
  const result = await deps.results.get(wanted.taskId);
  if (result === undefined) return undefined;
  requireSame(wanted, result);
  return { status: 200, task: viewFinal(result) };
}
