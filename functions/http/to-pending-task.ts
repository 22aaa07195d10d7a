import type { ProfileDefaults } from '../huawei/profile.ts';
import type { PendingTask } from '../tasks/task.ts';
import { callbackRefusal } from './callback-refusal.ts';
import type { TasksApiDeps } from './deps.ts';
import type { HttpProblem, ProblemItem } from './problem.ts';
import type { Registration } from './request-schemas.ts';
import type { Wanted } from './same-registration.ts';
import { invalid } from './validate.ts';

const DEFAULT_PROFILE = 'default';
const NAMED_PROFILES = 10;

type Profiles = Record<string, ProfileDefaults>;
type Found = { profiles: Profiles; defaults: ProfileDefaults | undefined; instanceId: string | undefined };

/** The row that a registration would become, or why nobody could poll it or be told. */
export type Resolved = { wanted: Wanted; task: PendingTask } | { wanted: Wanted; refusal: HttpProblem };

/** A registration with what it leaves out from its profile. */
export async function resolveRegistration(deps: TasksApiDeps, registration: Registration): Promise<Resolved> {
  const profiles = await deps.profiles();
  const { task_id: taskId, profile = DEFAULT_PROFILE, label, callback_url: callbackUrl } = registration;
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
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...timesOf(deps, registration),
  };
  return { wanted, task };
}

/** The row that a registration becomes; 400 for one that cannot be polled or told. */
export async function toPendingTask(deps: TasksApiDeps, registration: Registration): Promise<PendingTask> {
  const resolved = await resolveRegistration(deps, registration);
  if ('refusal' in resolved) throw resolved.refusal;
  return resolved.task;
}

function timesOf(deps: TasksApiDeps, { deadline_seconds: seconds }: Registration) {
  const registeredAtMs = deps.clock.now();
  return {
    registeredAtMs,
    deadlineAtMs: registeredAtMs + (seconds === undefined ? deps.taskDeadlineMs : seconds * 1000),
  };
}

function problemsOf(deps: TasksApiDeps, registration: Registration, found: Found): ProblemItem[] {
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

function profileProblem(name: string | undefined, profiles: Profiles): string {
  const known = Object.keys(profiles);
  const more = known.length > NAMED_PROFILES ? ` and ${known.length - NAMED_PROFILES} more` : '';
  const names =
    known.length === 0 ? 'there are no profiles yet' : `known: ${known.slice(0, NAMED_PROFILES).join(', ')}${more}`;
  if (name === undefined) return `is required: there is no profile "default" (${names})`;
  return `is not a configured profile (${names})`;
}
