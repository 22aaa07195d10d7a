import type { ProfileDefaults } from '../core/profile.ts';
import type { PendingTask } from '../core/task.ts';
import { callbackRefusal } from './callback-refusal.ts';
import type { TasksApiDeps } from './deps.ts';
import type { ProblemItem } from './problem.ts';
import type { Registration } from './request-schemas.ts';
import { invalid } from './validate.ts';

const DEFAULT_PROFILE = 'default';
const NAMED_PROFILES = 10;

type Profiles = Record<string, ProfileDefaults>;
type Found = { profiles: Profiles; defaults: ProfileDefaults | undefined; instanceId: string | undefined };

/** The row that a registration becomes, with what it leaves out from its profile; 400 for what cannot be polled or told. */
export async function toPendingTask(deps: TasksApiDeps, registration: Registration): Promise<PendingTask> {
  const profiles = await deps.profiles();
  const name = registration.profile ?? DEFAULT_PROFILE;
  const defaults = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const instanceId = registration.instance_id ?? defaults?.instance_id;
  const projectId = registration.project_id ?? defaults?.project_id;
  const errors = problemsOf(deps, registration, { profiles, defaults, instanceId });
  if (errors.length > 0 || instanceId === undefined || projectId === undefined) throw invalid(errors);

  const { task_id: taskId, label, callback_url: callbackUrl } = registration;
  return {
    taskId,
    instanceId,
    projectId,
    profile: name,
    ...(label === undefined ? {} : { label }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...timesOf(deps, registration),
  };
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
  const names = known.length === 0 ? 'there is none yet' : `known: ${known.slice(0, NAMED_PROFILES).join(', ')}${more}`;
  if (name === undefined) return `is required: there is no profile "default" (${names})`;
  return `is not a configured profile (${names})`;
}
