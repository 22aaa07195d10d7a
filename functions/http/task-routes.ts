import { orUnreadable } from '../tasks/errors.ts';
import { eventId, type TaskResult } from '../tasks/result.ts';
import type { PendingTask } from '../tasks/task.ts';
import { callerOf, noteChange } from './access.ts';
import { type ApiResponse, jsonResponse, type RouteHandler } from './api-event.ts';
import { requireChannel } from './channel-refusals.ts';
import type { TasksApiDeps } from './deps.ts';
import { finalResult, viewWhole } from './final-result.ts';
import { HttpProblem, unknownTask } from './problem.ts';
import { pathTaskId, taskIdOf, validBody, validQuery } from './read-request.ts';
import { notificationSchema, waitQuerySchema } from './request-schemas.ts';
import { nextPollAtMs, retryAfter, viewPending } from './task-view.ts';

/** `GET /tasks/{task_id}`; with `?wait=` on one machine the answer comes when the task ends, or after so many seconds. */
export function getTaskRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const taskId = pathTaskId(event);
    const { wait } = validQuery(waitQuerySchema, event);
    const waitMs = Number(wait ?? 0) * 1_000;
    const first = await readTask(deps, taskId);
    if (waitMs === 0 || first.kind === 'final') return answerTask(deps, first);
    // A waiting request would hold a function: a deployment answers at once, and is asked again in two seconds.
    if (deps.untilEnd === undefined) return withRetryAfter(answerTask(deps, first));
    await deps.untilEnd(taskId, waitMs);
    return answerTask(deps, await readTask(deps, taskId));
  };
}

type Found = { kind: 'final'; result: TaskResult } | { kind: 'pending'; task: PendingTask };

async function readTask(deps: TasksApiDeps, taskId: string): Promise<Found> {
  const [result, task] = await Promise.all([deps.results.get(taskId), deps.pending.get(taskId)]);
  // Both are there while a task settles. Its end counts from the moment it is stored.
  if (result !== undefined) return { kind: 'final', result };
  if (task !== undefined) return { kind: 'pending', task };
  // Settled between the two reads: the result was not there yet, the row not any more.
  const settled = await deps.results.get(taskId);
  if (settled === undefined) throw unknownTask(taskId);
  return { kind: 'final', result: settled };
}

function answerTask(deps: TasksApiDeps, found: Found): ApiResponse | Promise<ApiResponse> {
  if (found.kind === 'final') return viewWhole(deps, found.result);
  const atMs = nextPollAtMs(deps, found.task);
  return jsonResponse(200, viewPending(found.task, atMs), retryAfter(deps, atMs));
}

async function withRetryAfter(answer: ApiResponse | Promise<ApiResponse>): Promise<ApiResponse> {
  const { headers, ...rest } = await answer;
  return { ...rest, headers: { ...headers, 'retry-after': '2' } };
}

/** `DELETE /tasks/{task_id}`: 204, or 409 for a task that is final. A row that cannot be read goes, whatever it holds. */
export function deleteTaskRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const taskId = taskIdOf(event);
    // First the result: the row of a task that is settling is the outbox of its notification and has to stay.
    const result = await deps.results.get(taskId).catch(orUnreadable);
    if (typeof result === 'object') throw alreadyFinal(taskId);
    const isDiscarded = result === 'unreadable' && (await deps.results.removeUnreadable(taskId));
    if ((await deps.pending.remove(taskId)) || isDiscarded) {
      noteChange(deps, callerOf(event), { action: 'stop', task_id: taskId });
      return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
    }
    throw (await deps.results.get(taskId)) === undefined ? unknownTask(taskId) : alreadyFinal(taskId);
  };
}

/** `POST /tasks/{task_id}/notifications`: publishes the result again, to everybody or to one channel. */
export function notifyAgainRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const taskId = taskIdOf(event);
    const { channel } = validBody(notificationSchema, event.body === undefined ? {} : event.body);
    const result = await finalResult(deps, taskId);
    if (channel !== undefined) requireChannel(deps, result, channel);
    await deps.republish(result, channel);
    noteChange(deps, callerOf(event), { action: 'notify', task_id: taskId });
    return jsonResponse(202, {
      task_id: taskId,
      event_id: eventId(result),
      ...(channel === undefined ? {} : { channel }),
    });
  };
}

function alreadyFinal(taskId: string): HttpProblem {
  return new HttpProblem(409, `Task "${taskId}" is already final. Its result expires automatically.`, {
    kind: 'task-already-final',
  });
}
