import type { HttpAnswer } from '../functions/huawei/answer-collector.ts';
import { classifyError } from '../functions/huawei/classify-error.ts';
import { faultOf } from '../functions/huawei/fault-of.ts';
import { createHttpTransport, type HttpTransport } from '../functions/huawei/http-transport.ts';
import type { Profile, Profiles } from '../functions/huawei/profile.ts';
import { createProfileConnections, type ProfileConnections } from '../functions/huawei/profile-connections.ts';
import { encodeSegment } from '../functions/huawei/sign-request.ts';
import type { Fault } from '../functions/tasks/observation.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { type Finding, fail } from './check.ts';
import { judgeAnswer } from './judge-profile.ts';

export type ProfileCheckDeps = { clock: Clock; noteDate(source: string, date: unknown): void };

/** Well-formed, and never handed out: asking for it changes nothing and answers 404 to who may ask. */
const NO_SUCH_ID = '0'.repeat(32);
const HEADERS = { accept: 'application/json', 'user-agent': 'apig-task-notifier-doctor' };

/**
 * Asks Huawei Cloud with each profile for a task that does not exist: once, never again, and not at all with a key or
 * password that was refused a moment ago, because five bad signatures in a row lock an access key.
 */
export async function checkProfiles(profiles: Profiles, deps: ProfileCheckDeps): Promise<Finding[]> {
  const transport = noteDates(createHttpTransport({ connections: 1, headersTimeoutMs: 10_000 }), deps.noteDate);
  const asking = {
    profiles,
    transport,
    clock: deps.clock,
    connections: createProfileConnections({ ...deps, transport }),
  };
  const refusedBy = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, profile] of Object.entries(profiles)) {
    const login = loginOf(profile);
    const before = refusedBy.get(login);
    const found = before === undefined ? await checkProfile(asking, name, profile) : notAsked(name, before);
    if (found.refused) refusedBy.set(login, name);
    findings.push(found.finding);
  }
  await transport.close();
  return findings;
}

type Asking = { profiles: Profiles; transport: HttpTransport; clock: Clock; connections: ProfileConnections };
type Found = { finding: Finding; refused: boolean };

async function checkProfile(asking: Asking, name: string, profile: Profile): Promise<Found> {
  const fault = await askOnce(asking, name, profile);
  return { finding: judgeAnswer(`huawei ${name}`, fault, profile), refused: fault?.class === 'unauthenticated' };
}

/** The fault that Huawei Cloud answered with, or that kept the question from it; none for a plain 200. */
async function askOnce(asking: Asking, name: string, profile: Profile): Promise<Fault | undefined> {
  const connection = asking.connections.of({ profiles: asking.profiles }, name);
  if (connection.kind === 'fault') return connection.fault;
  const { origin, host, signIn } = connection;
  const request = { method: 'GET', host, path: pathOf(profile), headers: HEADERS } as const;
  const authorized = await signIn.authorize({ ...request, projectId: profile.project_id });
  if (authorized.kind === 'fault') return authorized.fault;
  try {
    const { path, method } = request;
    return faultIn(
      await asking.transport.send({ origin, path, method, headers: authorized.headers }),
      asking.clock.now(),
    );
  } catch (error) {
    return faultOf(error);
  }
}

function faultIn({ status, body, headers }: HttpAnswer, nowMs: number): Fault | undefined {
  return status === 200 ? undefined : classifyError({ httpStatus: status, body, headers, nowMs });
}

function pathOf({ project_id, instance_id }: Profile): string {
  const [project, instance] = [project_id, instance_id ?? NO_SUCH_ID].map(encodeSegment);
  return `/v2/${project}/apigw/instances/${instance}/async-tasks/${NO_SUCH_ID}`;
}

/** What Huawei Cloud would lock when it is refused too often. */
function loginOf({ ak, domain_name, user_name, auth_token }: Profile): string {
  return JSON.stringify([ak, domain_name, user_name, auth_token]);
}

function notAsked(name: string, before: string): Found {
  const message = `not tried: it signs in as profile "${before}" does, which was refused`;
  return {
    finding: fail(`huawei ${name}`, message, `fix profile "${before}", then run the doctor again`),
    refused: false,
  };
}

function noteDates(transport: HttpTransport, noteDate: ProfileCheckDeps['noteDate']): HttpTransport {
  return {
    async send(request) {
      const answer = await transport.send(request);
      noteDate(new URL(request.origin).host, answer.headers.date);
      return answer;
    },
    close: () => transport.close(),
  };
}
