import { canWatchAgain, type TaskResult } from '../tasks/result.ts';
import type { PendingTask } from '../tasks/task.ts';
import { callerOf, noteChange } from './access.ts';
import type { RouteHandler } from './api-event.ts';
import type { Caller } from './api-keys.ts';
import type { TasksApiDeps } from './deps.ts';
import { HttpProblem, unknownTask } from './problem.ts';
import { taskIdOf, validBody } from './read-request.ts';
import {
  answerRegistered,
  pendingRegistration,
  putTask,
  type Registered,
  requireSame,
  toPendingTask,
} from './register-task.ts';
import { type WatchAgain, watchAgainSchema } from './request-schemas.ts';

const RETRY_AFTER_S = '5';

/** `POST /tasks/{task_id}/watch`: gives up a result that does not say how the task went, and registers the task anew. */
export function watchAgainRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const taskId = taskIdOf(event);
    const changes = validBody(watchAgainSchema, event.body === undefined ? {} : event.body);
    // In this order, for a task that ends now has its result before its row goes.
    const pending = await deps.pending.get(taskId);
    const result = await deps.results.get(taskId);
    if (result !== undefined) {
      return answerRegistered(deps, await watchAgain(deps, { result, pending, changes, caller: callerOf(event) }));
    }
    if (pending === undefined) throw unknownTask(taskId);
    requireSame(wantedOf(taskId, changes), pending);
    return answerRegistered(deps, pendingRegistration(deps, pending, 200));
  };
}

type Ended = { result: TaskResult; pending: PendingTask | undefined; changes: WatchAgain; caller: Caller };

async function watchAgain(deps: TasksApiDeps, { result, pending, changes, caller }: Ended): Promise<Registered> {
  if (!canWatchAgain(result.outcome)) throw nothingToWatch(result);
  if (pending !== undefined) throw stillNotifying(result);
  const task = await toPendingTask(deps, { ...registrationOf(result, changes.profile), ...changes }, caller);
  // First the result: a row beside a result is one that has ended. The client that gets an error in between registers.
  // False means that somebody else was here first; then the put finds what they left.
  await deps.results.remove(result);
  const registered = await putTask(deps, withCallbackOf(result, task));
  if (registered.status === 202) noteChange(deps, caller, { action: 'watch', task_id: task.taskId });
  return registered;
}

/** As the result says it; but the project goes with the credentials, so another profile brings its own. */
function registrationOf({ taskId, instanceId, projectId, profile, label }: TaskResult, newProfile = profile) {
  return {
    task_id: taskId,
    instance_id: instanceId,
    ...(newProfile === profile ? { project_id: projectId } : {}),
    profile,
    ...(label === undefined ? {} : { label }),
  };
}

/**
 * Taken over unchecked: nobody can take it out of the request that was refused for it. But one that was the profile's is
 * not the task's: that of the profile by then is found at the end.
 */
function withCallbackOf({ callbackUrl, isCallbackDefault }: TaskResult, task: PendingTask): PendingTask {
  return callbackUrl === undefined || isCallbackDefault ? task : { callbackUrl, ...task };
}

function wantedOf(taskId: string, { instance_id, project_id, profile }: WatchAgain) {
  return {
    taskId,
    ...(instance_id === undefined ? {} : { instanceId: instance_id }),
    ...(project_id === undefined ? {} : { projectId: project_id }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function nothingToWatch({ taskId, outcome }: TaskResult): HttpProblem {
  return new HttpProblem(409, `Task "${taskId}" ended as ${outcome}: there is nothing left to watch.`, {
    kind: 'nothing-to-watch',
  });
}

/** Its row is the outbox of its notification and has to stay until that is published. */
function stillNotifying({ taskId, outcome }: TaskResult): HttpProblem {
  return new HttpProblem(
    409,
    `Task "${taskId}" ended as ${outcome}, and its notifications are still being sent. Retry in a few seconds.`,
    {
      kind: 'task-still-notifying',
      headers: { 'retry-after': RETRY_AFTER_S },
    },
  );
}
