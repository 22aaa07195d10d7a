import type { OperatorAlerter } from '../messages/operator-alerter.ts';
import { helpFor, permissionHelp } from '../tasks/codes.ts';
import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { TaskIdentity } from '../tasks/task.ts';

/** How long a refused profile, or one gateway of one of its projects, is paused before one request tries again. */
const REST_MS = 5 * 60_000;
/** The same where IAM was unavailable or out of reach, which may pass at any moment. */
const BRIEF_REST_MS = 30_000;

/** A profile that worked within this time is believed to work. */
const VERIFIED_MS = 60_000;

/**
 * Whether a profile's credentials work. Five bad signatures in a row lock an access key and repeated wrong passwords
 * lock an account, so the first request in a minute goes alone and the others wait for what it learns.
 *
 *   UNKNOWN ─ a poll begins ─► PROBING ─ works, or the fault is not the profile's ─► VERIFIED for a minute ─► UNKNOWN
 *      ▲                          │
 *      └── learned nothing ───────┤
 *                                 └─ refused ─► the profile, or one gateway of a project, is PAUSED for 5 minutes
 */
export type ProfileHealth = {
  /** Resolves when the first request of the profile has taught something; undefined where none is under way. */
  probing(profile: string): Promise<void> | undefined;
  /** The fault that pauses the task's profile or gateway now. */
  restOf(task: TaskIdentity): Fault | undefined;
  /** A poll of the task begins: the function to call with what it taught. */
  begin(task: TaskIdentity): Report;
};

/** Nothing to wait for where the poll learned nothing new. */
type Report = (learned: Learned) => Promise<void> | undefined;

/** What a poll told of its profile: a fault, that it works, or nothing, because the poll had no turn. */
export type Learned = Fault | 'works' | 'nothing';

type State = { kind: 'verified'; untilMs: number } | { kind: 'probing'; done: Promise<void> };

/** Makes the health book of this process; `alerts` hears of a broken profile once per period. */
export function createProfileHealth(clock: Clock, alerts: OperatorAlerter): ProfileHealth {
  const states = new Map<string, State>();
  const resting = new Map<string, { untilMs: number; fault: Fault }>();

  const restUnder = (key: string): Fault | undefined => {
    const rest = resting.get(key);
    if (rest === undefined || clock.now() < rest.untilMs) return rest?.fault;
    resting.delete(key);
    return undefined;
  };
  const restOf = (task: TaskIdentity): Fault | undefined =>
    resting.size === 0 ? undefined : (restUnder(task.profile) ?? restUnder(gatewayKey(task)));
  const noteFault = async (task: TaskIdentity, fault: Fault) => {
    const key = restKey(task, fault);
    if (!key || restOf(task)) return;
    resting.set(key, { untilMs: clock.now() + restMs(fault), fault });
    await alerts.raise(brokenProfileAlert(task, fault, key));
  };
  const report: (task: TaskIdentity) => Report = (task) => (learned) =>
    typeof learned === 'string' ? undefined : noteFault(task, learned);
  const probe = (task: TaskIdentity): Report => {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    states.set(task.profile, { kind: 'probing', done });
    return async (learned) => {
      try {
        await report(task)(learned);
      } finally {
        if (learned === 'nothing') states.delete(task.profile);
        else states.set(task.profile, { kind: 'verified', untilMs: clock.now() + VERIFIED_MS });
        resolve();
      }
    };
  };
  return {
    restOf,
    probing(profile) {
      const state = states.get(profile);
      return state?.kind === 'probing' ? state.done : undefined;
    },
    begin(task) {
      const state = states.get(task.profile);
      const isKnown = state?.kind === 'probing' || (state !== undefined && clock.now() < state.untilMs);
      return isKnown ? report(task) : probe(task);
    },
  };
}

/** A gateway belongs to a project: another one refuses because its id is wrong, which says nothing about this one. */
const gatewayKey = (task: TaskIdentity) => `${task.profile}/${task.projectId}/${task.instanceId}`;

function restKey(task: TaskIdentity, fault: Fault): string | undefined {
  if (fault.class === 'unauthenticated') return fault.isOfProject ? gatewayKey(task) : task.profile;
  return fault.class === 'forbidden' ? gatewayKey(task) : undefined;
}

function restMs({ error: { code, httpStatus }, retryAfterMs = 0 }: Fault): number {
  const isPassing =
    httpStatus === undefined
      ? code === 'TIMEOUT' || code === 'CONNECTION'
      : httpStatus >= 500 || httpStatus === 429 || httpStatus === 408;
  return isPassing ? Math.max(BRIEF_REST_MS, retryAfterMs) : REST_MS;
}

/** Against a code that nobody knows. */
const ANY_HELP = `Check the project and gateway ids of the profile, its key or password, and its permissions. ${permissionHelp()}`;

function brokenProfileAlert(task: TaskIdentity, { error }: Fault, key: string) {
  const requestId = error.requestId ? ` (request ${error.requestId})` : '';
  return {
    key: `profile:${key}`,
    subject: `APIG notifier: profile ${task.profile} cannot poll (${error.code})`,
    body: [
      `Tasks of profile "${task.profile}" on gateway ${task.instanceId}, project ${task.projectId},`,
      'cannot be polled. Huawei Cloud said:',
      `${error.code}: ${error.message}${requestId}`,
      '',
      'They stay pending and nothing is lost. If the error is a 5xx or a timeout, the notifier retries on its own. Otherwise:',
      helpFor(error.code, { profile: task.profile }) ?? ANY_HELP,
      'A change to the Huawei secret takes effect within 15 minutes, without a deploy. With `npm start`, restart it: it reads',
      'variables and files only at start-up.',
    ].join('\n'),
  };
}
