import type { ProfileDefaults } from '../huawei/profile-parts.ts';
import { canWatchAgain, type TaskResult } from '../tasks/result.ts';
import type { PendingTask, TaskIdentity } from '../tasks/task.ts';
import { callerOf, noteChange } from './access.ts';
import { type ApiResponse, jsonResponse, type RouteHandler } from './api-event.ts';
import type { Caller } from './api-keys.ts';
import { callbackRefusal } from './channel-refusals.ts';
import type { RegistrationDeps } from './deps.ts';
import { HttpProblem, type ProblemItem } from './problem.ts';
import { invalid, validBody, validQuery } from './read-request.ts';
import { noQuerySchema, type Registration, registrationSchema } from './request-schemas.ts';
import { nextPollAtMs, retryAfter, type TaskView, viewFinal, viewPending } from './task-view.ts';

/** How a registration ended: 202 for a new one, 200 for one that was there. `nextPollAtMs` while it is pending. */
export type Registered = { status: 200 | 202; task: TaskView; nextPollAtMs?: number };

type Refused = Extract<Resolved, { refusal: unknown }>;

/** `POST /tasks`. */
export function registerTaskRoute(deps: RegistrationDeps): RouteHandler {
  return async (event) => {
    validQuery(noQuerySchema, event);
    return answerRegistered(deps, await registerTask(deps, event.body, callerOf(event)));
  };
}

/** Registers one task; throws `HttpProblem` 400 for what cannot be registered, 409 for an id taken by another. */
export async function registerTask(deps: RegistrationDeps, body: unknown, caller: Caller): Promise<Registered> {
  const resolved = await resolveRegistration(deps, validBody(registrationSchema, body), caller);
  if ('refusal' in resolved) return repeatOnly(deps, resolved);
  const registered = (await finalRegistration(deps, resolved.task)) ?? (await putTask(deps, resolved.task));
  if (registered.status === 202) noteChange(deps, caller, { action: 'register', task_id: resolved.task.taskId });
  return registered;
}

/** What could not begin today may have begun before its profile went or webhooks were switched off. */
async function repeatOnly(deps: RegistrationDeps, { wanted, refusal }: Refused): Promise<Registered> {
  // In this order, for a task that ends now has its result before its row goes.
  const pending = await deps.pending.get(wanted.taskId);
  const final = await finalRegistration(deps, wanted);
  if (final !== undefined) return final;
  if (pending === undefined) throw refusal;
  requireSame(wanted, pending);
  return pendingRegistration(deps, pending, 200);
}

/** Puts the row of a task that had no result a moment ago; what is registered under its id already stays. */
export async function putTask(deps: RegistrationDeps, task: PendingTask): Promise<Registered> {
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
export function pendingRegistration(deps: RegistrationDeps, task: PendingTask, status: 200 | 202): Registered {
  const atMs = nextPollAtMs(deps, task);
  return { status, task: viewPending(task, atMs), nextPollAtMs: atMs };
}

/** Says where the task is, and while it is pending, when to look again. */
export function answerRegistered(deps: RegistrationDeps, { status, task, nextPollAtMs }: Registered): ApiResponse {
  return jsonResponse(status, task, {
    location: `/tasks/${task.task_id}`,
    ...(nextPollAtMs === undefined ? {} : retryAfter(deps, nextPollAtMs)),
  });
}

async function finalRegistration(deps: RegistrationDeps, wanted: Wanted): Promise<Registered | undefined> {
  const result = await deps.results.get(wanted.taskId);
  if (result === undefined) return undefined;
  requireSame(wanted, result);
  return { status: 200, task: viewFinal(result) };
}

const DEFAULT_PROFILE = 'default';
const NAMED_PROFILES = 10;

type Profiles = Record<string, ProfileDefaults>;
type Found = { profiles: Profiles; defaults: ProfileDefaults | undefined; instanceId: string | undefined };

/** The row that a registration would become, or why nobody could poll it or be told. */
type Resolved = { wanted: Wanted; task: PendingTask } | { wanted: Wanted; refusal: HttpProblem };

/** A registration with what it leaves out from its profile. */
async function resolveRegistration(
  deps: RegistrationDeps,
  registration: Registration,
  caller: Caller,
): Promise<Resolved> {
  const profiles = await deps.profiles();
  const { task_id: taskId, profile = DEFAULT_PROFILE, label, context, callback_url: callbackUrl } = registration;
  const defaults = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  const instanceId = registration.instance_id ?? defaults?.instance_id;
  const projectId = registration.project_id ?? defaults?.project_id;
  const wanted = { taskId, profile, ...(instanceId && { instanceId }), ...(projectId && { projectId }) };
  const errors = problemsOf(deps, registration, { profiles, defaults, instanceId });
  if (errors.length > 0 || instanceId === undefined || projectId === undefined)
    return { wanted, refusal: invalid(errors) };
  const task = {
    ...{ taskId, instanceId, projectId, profile },
    ...(label === undefined ? {} : { label }),
    ...(context === undefined ? {} : { context }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(caller.name === undefined ? {} : { registeredBy: caller.name }),
    ...timesOf(deps, registration),
  };
  return { wanted, task };
}

/** The row that a registration becomes; 400 for one that cannot be polled or told. */
export async function toPendingTask(
  deps: RegistrationDeps,
  registration: Registration,
  caller: Caller,
): Promise<PendingTask> {
  const resolved = await resolveRegistration(deps, registration, caller);
  if ('refusal' in resolved) throw resolved.refusal;
  return resolved.task;
}

function timesOf(deps: RegistrationDeps, { deadline_seconds: seconds }: Registration) {
  const registeredAtMs = deps.clock.now();
  return {
    registeredAtMs,
    deadlineAtMs: registeredAtMs + (seconds === undefined ? deps.taskDeadlineMs : seconds * 1000),
  };
}

function problemsOf(deps: RegistrationDeps, registration: Registration, found: Found): ProblemItem[] {
  const errors: ProblemItem[] = [];
  if (found.defaults === undefined) {
    errors.push({ pointer: '#/profile', detail: profileProblem(registration.profile, found.profiles) });
  } else if (found.instanceId === undefined) {
    errors.push({ pointer: '#/instance_id', detail: 'is required: the profile has no default gateway' });
  }
  const { callback_url: url } = registration;
  const callback = url === undefined ? undefined : callbackRefusal(deps, url, found.defaults);
  if (callback !== undefined) errors.push({ pointer: '#/callback_url', detail: callback });
  return errors;
}

/** Only in AWS: `npm start` does not start without one. */
const NONE_YET = 'there are no profiles yet; those of the Huawei secret are known a minute after it was filled';

function profileProblem(name: string | undefined, profiles: Profiles): string {
  const known = Object.keys(profiles);
  const more = known.length > NAMED_PROFILES ? ` and ${known.length - NAMED_PROFILES} more` : '';
  const names = known.length === 0 ? NONE_YET : `known: ${known.slice(0, NAMED_PROFILES).join(', ')}${more}`;
  if (name === undefined) return `is required: there is no profile "default" (${names})`;
  return `is not a configured profile (${names})`;
}

/** What a repeated registration must agree on, in the names of the wire. */
const FIELDS = { instance_id: 'instanceId', project_id: 'projectId', profile: 'profile' } as const;

/** Who a request says that the task is, as far as it says it. */
type Wanted = Partial<TaskIdentity> & { taskId: string };

/** Passes a registration that is the existing one again; 409 that names each field that differs and what is registered. */
export function requireSame(wanted: Wanted, existing: PendingTask | TaskResult): void {
  const differing = Object.entries(FIELDS).flatMap(([name, key]) => {
    const asked = wanted[key];
    return asked === undefined || asked === existing[key] ? [] : [{ name, asked, registered: existing[key] }];
  });
  if (differing.length === 0) return;
  const words = differing.map(({ name, asked, registered }) => `${name} "${registered}" (this request: "${asked}")`);
  throw new HttpProblem(
    409,
    `Task "${wanted.taskId}" is already registered with ${words.join(' and ')}. ${wayOut(existing)}`,
    {
      kind: 'conflicting-registration',
      errors: differing.map(({ name, registered }) => ({
        pointer: `#/${name}`,
        detail: `is registered as "${registered}"`,
      })),
    },
  );
}

function wayOut(existing: PendingTask | TaskResult): string {
  const path = `/tasks/${existing.taskId}`;
  if (!('outcome' in existing)) return `To change it, send DELETE ${path} first.`;
  if (canWatchAgain(existing.outcome)) return `To watch it again with other values, send POST ${path}/watch.`;
  return `It ended as ${existing.outcome}: GET ${path}.`;
}
