import { classifyError, faultOf } from '../functions/huawei/faults.ts';
import type { Profile, Profiles } from '../functions/huawei/profiles.ts';
import { type Connections, createConnections } from '../functions/huawei/sign-in.ts';
import { encodeSegment } from '../functions/huawei/sign-request.ts';
import { createTransport, type HttpAnswer, type Transport } from '../functions/huawei/transport.ts';
import type { Fault } from '../functions/tasks/observation.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { type Finding, fail } from './check.ts';
import { createDateNotes, type DateNotes } from './clock-skew.ts';
import { isIamTrouble, judgeAnswer } from './judge-profile.ts';

export type ProfileCheckDeps = { clock: Clock; noteDate(source: string, date: unknown): void };

/** Well-formed and never given to a task: with the right credentials, the answer is 404. */
const NO_SUCH_ID = '0'.repeat(32);
const HEADERS = { accept: 'application/json', 'user-agent': 'apig-task-notifier-doctor' };

/**
 * Asks Huawei Cloud with each profile for a task that does not exist: once, never again, and not at all with a key or
 * password that was refused a moment ago, because five bad signatures in a row lock an access key.
 */
export async function checkProfiles(profiles: Profiles, deps: ProfileCheckDeps): Promise<Finding[]> {
  const { clock } = deps;
  const dates = createDateNotes(() => clock.now());
  const transport = noteDates(createTransport({ connections: 1, timeoutMs: 10_000 }), (source, date) => {
    deps.noteDate(source, date);
    dates.note(source, date);
  });
  const asking = { profiles, transport, clock, dates, connections: createConnections({ clock, transport }) };
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

type Asking = { profiles: Profiles; transport: Transport; clock: Clock; dates: DateNotes; connections: Connections };
type Found = { finding: Finding; refused: boolean };

async function checkProfile(asking: Asking, name: string, profile: Profile): Promise<Found> {
  const fault = await askOnce(asking, name, profile);
  const { aheadMs } = asking.dates.readings().at(-1) ?? { aheadMs: 0 };
  const refused = fault?.class === 'unauthenticated' && !isIamTrouble(fault);
  return { finding: judgeAnswer(`huawei ${name}`, fault, profile, aheadMs), refused };
}

/** The fault that Huawei Cloud answered with, or that kept the request from it; none for a plain 200. */
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

/** Huawei Cloud locks this when it is refused too often. */
function loginOf({ ak, domain_name, user_name, auth_token }: Profile): string {
  return JSON.stringify([ak, domain_name, user_name, auth_token]);
}

function notAsked(name: string, before: string): Found {
  const message = `not tried: it uses the same login as profile "${before}", which was refused`;
  return {
    finding: fail(`huawei ${name}`, message, `fix profile "${before}", then run the doctor again`),
    refused: false,
  };
}

function noteDates(transport: Transport, noteDate: ProfileCheckDeps['noteDate']): Transport {
  return {
    async send(request) {
      const answer = await transport.send(request);
      noteDate(new URL(request.origin).host, answer.headers.date);
      return answer;
    },
    close: () => transport.close(),
  };
}
