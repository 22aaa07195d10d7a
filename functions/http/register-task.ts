import { isSameRegistration, type PendingTask } from '../core/task.ts';
import { type ApiEvent, type ApiResponse, jsonResponse, type RouteHandler } from './api-event.ts';
import { callbackProblem } from './callback-url.ts';
import type { ProfileDefaults, TasksApiDeps } from './deps.ts';
import { HttpProblem, type ProblemItem } from './problem.ts';
import { noQuerySchema, type Registration, registrationSchema } from './request-schemas.ts';
import { type TaskView, viewFinal, viewPending } from './task-view.ts';
import { invalid, validBody, validQuery } from './validate.ts';

const DEFAULT_PROFILE = 'default';

/** How a registration ended: 202 for a new one, 200 for one that was there. `nextPollAtMs` while it is pending. */
export type Registered = { status: 200 | 202; task: TaskView; nextPollAtMs?: number };

/** `POST /tasks`. */
export function registerTaskRoute(deps: TasksApiDeps): RouteHandler {
  return async (event: ApiEvent): Promise<ApiResponse> => {
    validQuery(noQuerySchema, event);
    const registered = await registerTask(deps, event.body);
    const { status, task, nextPollAtMs } = registered;
    return jsonResponse(status, task, {
      location: `/tasks/${task.task_id}`,
      ...(nextPollAtMs === undefined ? {} : { 'retry-after': String(secondsUntil(nextPollAtMs, deps.clock.now())) }),
    });
  };
}

/** Registers one task; throws `HttpProblem` 400 for what cannot be registered, 409 for an id taken by another. */
export async function registerTask(deps: TasksApiDeps, body: unknown): Promise<Registered> {
  const registration = validBody(registrationSchema, body);
  const task = toPendingTask(deps, registration, await deps.profiles());
  const before = await finalRegistration(deps, task);
  if (before !== undefined) return before;

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

async function finalRegistration(deps: TasksApiDeps, task: PendingTask): Promise<Registered | undefined> {
  const result = await deps.results.get(task.taskId);
  if (result === undefined) return undefined;
  requireSame(task, result);
  return { status: 200, task: viewFinal(result) };
}

function pendingRegistration(deps: TasksApiDeps, task: PendingTask, status: 200 | 202): Registered {
  const nextPollAtMs = deps.schedule.nextPollAt(task, deps.clock.now());
  return { status, task: viewPending(task, nextPollAtMs), nextPollAtMs };
}

function requireSame(task: PendingTask, existing: Parameters<typeof isSameRegistration>[0]): void {
  if (isSameRegistration(task, existing)) return;
  throw new HttpProblem(
    409,
    `Task "${task.taskId}" is already registered with another instance_id, project_id or profile.`,
    { kind: 'conflicting-registration' },
  );
}

function toPendingTask(
  deps: TasksApiDeps,
  registration: Registration,
  profiles: Record<string, ProfileDefaults>,
): PendingTask {
  const name = registration.profile ?? DEFAULT_PROFILE;
  const defaults = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const instanceId = registration.instance_id ?? defaults?.instance_id;
  const projectId = registration.project_id ?? defaults?.project_id;
  const errors = problemsOf(deps, registration, { defaults, instanceId });
  if (errors.length > 0 || instanceId === undefined || projectId === undefined) throw invalid(errors);

  const registeredAtMs = deps.clock.now();
  const { deadline_seconds: seconds, label, callback_url: callbackUrl } = registration;
  return {
    taskId: registration.task_id,
    instanceId,
    projectId,
    profile: name,
    ...(label === undefined ? {} : { label }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    registeredAtMs,
    deadlineAtMs: registeredAtMs + (seconds === undefined ? deps.taskDeadlineMs : seconds * 1000),
  };
}

function problemsOf(
  deps: TasksApiDeps,
  { profile, callback_url: callbackUrl }: Registration,
  { defaults, instanceId }: { defaults: ProfileDefaults | undefined; instanceId: string | undefined },
): ProblemItem[] {
  const errors: ProblemItem[] = [];
  if (defaults === undefined) {
    const detail = profile === undefined ? 'is required: there is no profile "default"' : 'is not a configured profile';
    errors.push({ pointer: '#/profile', detail });
  } else if (instanceId === undefined) {
    errors.push({ pointer: '#/instance_id', detail: 'is required: the profile has no default gateway' });
  }
  const callback = callbackUrl && callbackProblem(callbackUrl, deps.allowLoopbackCallbacks ?? false);
  if (callback) errors.push({ pointer: '#/callback_url', detail: callback });
  return errors;
}

function secondsUntil(atMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((atMs - nowMs) / 1000));
}
