import * as z from 'zod/mini';
import { isFields, parseJson } from '../tasks/json.ts';
import type { Clock } from '../tasks/ports.ts';
import type { TaskError } from '../tasks/task.ts';
import { classifyError, faultOf } from './faults.ts';
import { passwordRequest, signIn } from './iam-tokens.ts';
import { endpointProblems, profileSchema, resolveEndpoints } from './profiles.ts';
import { sdkDate, signRequest } from './sign-request.ts';
import type { Transport } from './transport.ts';

/** What IAM says of the project that a profile does not name. `unknown` has the reason, without a secret. */
export type ProjectLookup = { kind: 'found'; projectId: string; region: string } | { kind: 'unknown'; reason: string };

type Deps = { transport: Transport; clock: Clock };
type Endpoints = { apig?: string | undefined; iam?: string | undefined };

/** Huawei Cloud names the first project of each region after it. */
const PATH = '/v3/projects';
const PROJECT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Looks up the project of each profile that names a region and no project, by that region's name; one question each, with
 * one sign-in. `json` is `{profiles: {name: {...}}}`; what is wrong in it beside the project is left alone. Never throws.
 */
export async function findMissingProjects(
  json: unknown,
  endpoints: Endpoints,
  deps: Deps,
): Promise<Map<string, ProjectLookup>> {
  const input = typeof json === 'string' ? parseJson(json) : json;
  const named = isFields(input) && isFields(input.profiles) ? Object.entries(input.profiles) : [];
  const found = new Map<string, ProjectLookup>();
  for (const [name, fields] of named) {
    if (!isFields(fields) || fields.project_id) continue;
    const overrides = {
      ...(endpoints.apig && { apig_endpoint: endpoints.apig }),
      ...(endpoints.iam && { iam_endpoint: endpoints.iam }),
    };
    const profile = projectless.safeParse({ ...overrides, ...fields });
    if (profile.success && profile.data.region)
      found.set(name, await findProject(profile.data, profile.data.region, deps));
  }
  return found;
}

const projectless = z.partial(profileSchema);
type Projectless = z.infer<typeof projectless>;

async function findProject(profile: Projectless, region: string, deps: Deps): Promise<ProjectLookup> {
  // As if IAM were needed to sign in, because it is asked now.
  const place = { ...profile, password: profile.password ?? '' };
  const [problem] = endpointProblems(place);
  const { iam } = resolveEndpoints(place);
  if (problem !== undefined || iam === undefined) {
    return {
      kind: 'unknown',
      reason: problem ? `${problem.field} ${problem.problem}` : 'the profile has no IAM endpoint',
    };
  }
  try {
    const headers = await authorize(profile, { region, iam, deps });
    if ('code' in headers) return unknown(headers);
    const path = `${PATH}?name=${encodeURIComponent(region)}`;
    const answer = await deps.transport.send({ origin: iam, path, method: 'GET', headers: headers.send });
    if (answer.status !== 200) {
      return unknown(
        classifyError({
          httpStatus: answer.status,
          body: answer.body,
          headers: answer.headers,
          nowMs: deps.clock.now(),
        }).error,
      );
    }
    const projectId = projectIn(answer.body, region);
    return projectId === undefined
      ? { kind: 'unknown', reason: `IAM shows no project named ${region} to this user` }
      : { kind: 'found', projectId, region };
  } catch (cause) {
    return unknown(faultOf(cause).error);
  }
}

const unknown = ({ code, message }: TaskError): ProjectLookup => ({ kind: 'unknown', reason: `${code}: ${message}` });

type Asking = { region: string; iam: string; deps: Deps };

/** The headers that prove who asks, or why there are none. */
async function authorize(
  profile: Projectless,
  { region, iam, deps }: Asking,
): Promise<{ send: Record<string, string> } | TaskError> {
  const headers = { accept: 'application/json', 'user-agent': 'apig-task-notifier' };
  const { ak, sk, security_token: securityToken, auth_token, domain_name, user_name, password } = profile;
  if (ak && sk) {
    const request = { method: 'GET', host: new URL(iam).host, path: PATH, query: { name: region }, headers };
    return { send: signRequest(request, { ak, sk, securityToken }, sdkDate(deps.clock.now())) };
  }
  if (auth_token) return { send: { ...headers, 'x-auth-token': auth_token } };
  if (!domain_name || !user_name || !password) return { code: 'BAD_PROFILE', message: 'there is no way to sign in' };
  const body = passwordRequest({ domainName: domain_name, userName: user_name, password }, { name: region });
  const signedIn = await signIn({ ...deps, iamOrigin: iam }, body);
  return signedIn.kind === 'fault'
    ? signedIn.fault.error
    : { send: { ...headers, 'x-auth-token': signedIn.held.token } };
}

function projectIn(body: string, region: string): string | undefined {
  const fields = parseJson(body);
  const projects = isFields(fields) && Array.isArray(fields.projects) ? fields.projects.filter(isFields) : [];
  const id = projects.find(({ name }) => name === region)?.id;
  return typeof id === 'string' && PROJECT_ID.test(id) ? id : undefined;
}
