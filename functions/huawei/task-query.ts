import { ConfigError } from '../tasks/errors.ts';
import type { Fault, Observation } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { TaskIdentity } from '../tasks/task.ts';
import { classifyError, faultOf } from './faults.ts';
import { parseTaskAnswer } from './parse-answer.ts';
import type { ProfileBook } from './profiles.ts';
import { type Connection, createConnections } from './sign-in.ts';
import { encodeSegment } from './sign-request.ts';
import { secretsIn } from './signed-call.ts';
import { type Allowance, createTransport, type HttpAnswer, type TransportOptions, unlessAborted } from './transport.ts';

export type PollLimits = {
  /** Cuts the request off. */
  signal?: AbortSignal | undefined;
  /** A large answer takes its share of memory here before it is read; the caller releases it. */
  allowance?: Allowance | undefined;
};

/** Asks Huawei about one task. Never throws: every fault is classified. */
export interface TaskQuery {
  poll(task: TaskIdentity, limits?: PollLimits): Promise<Observation>;
}

export type HuaweiTaskQueryOptions = TransportOptions & {
  /** Called before every poll, so that a changed secret takes effect; the implementation should cache. */
  profiles: () => Promise<ProfileBook>;
  clock: Clock;
};

/** A `TaskQuery` with a `close`, which lets polls in flight end first. */
export type HuaweiTaskQuery = TaskQuery & { close(): Promise<void> };

const HEADERS = { accept: 'application/json', 'user-agent': 'apig-task-notifier' };

/** Polls `GET /v2/{project_id}/apigw/instances/{instance_id}/async-tasks/{task_id}` with the task's profile. */
export function createHuaweiTaskQuery({ profiles, clock, ...options }: HuaweiTaskQueryOptions): HuaweiTaskQuery {
  const transport = createTransport(options);
  const connections = createConnections({ transport, clock });

  /** Asks once, and once more where a token was refused and could be renewed. */
  const ask = async (connection: Connection, task: TaskIdentity, { signal, allowance }: PollLimits) => {
    const { origin, host, signIn } = connection;
    const { projectId } = task;
    const request = { method: 'GET', host, path: pathOf(task), headers: HEADERS, projectId } as const;
    const send = (headers: Record<string, string>) =>
      transport.send({ origin, path: request.path, method: 'GET', headers, signal, allowance });

    const signedIn = signIn.authorize(request);
    // Many polls share a sign-in: an aborted poll stops waiting, and the sign-in goes on for the others.
    const authorized = signedIn instanceof Promise ? await unlessAborted(signedIn, signal) : signedIn;
    if (authorized.kind === 'fault') return authorized;
    const first = observe(await send(authorized.headers), { clock, sent: authorized.headers });
    if (first.kind !== 'fault' || !isRefusedToken(first.fault)) return first;
    const again = await unlessAborted(signIn.reauthorize(request, authorized.headers), signal);
    if (again === undefined) return first;
    return again.kind === 'fault' ? again : observe(await send(again.headers), { clock, sent: again.headers });
  };

  return {
    async poll(task, limits = {}) {
      try {
        const connection = connections.of(await profiles(), task.profile);
        return connection.kind === 'fault' ? connection : await ask(connection, task, limits);
      } catch (cause) {
        return { kind: 'fault', fault: cause instanceof ConfigError ? badConfig(cause) : faultOf(cause) };
      }
    },
    close: () => transport.close(),
  };
}

type Sent = { clock: Clock; sent: Readonly<Record<string, string>> };

function observe(answer: HttpAnswer, { clock, sent }: Sent): Observation {
  const { status: httpStatus, body, headers } = answer;
  const parsed = httpStatus >= 200 && httpStatus < 300 ? parseTaskAnswer(body) : undefined;
  if (parsed !== undefined && parsed.kind !== 'unreadable') return parsed;
  const fault = classifyError({ httpStatus, body, headers, nowMs: clock.now(), secrets: secretsIn(sent) });
  const saysNothing = parsed !== undefined && fault.error.code === `HTTP.${httpStatus}`;
  if (!saysNothing) return { kind: 'fault', fault };
  return { kind: 'fault', fault: { ...fault, error: { ...fault.error, code: 'BAD_ANSWER', message: parsed.reason } } };
}

/** Encoded, because rows may get into the table without the checks of a registration. */
function pathOf({ projectId, instanceId, taskId }: TaskIdentity): string {
  const [project, instance, task] = [projectId, instanceId, taskId].map(encodeSegment);
  return `/v2/${project}/apigw/instances/${instance}/async-tasks/${task}`;
}

const isRefusedToken = (fault: Fault) => fault.class === 'unauthenticated' && fault.error.httpStatus === 401;

function badConfig(cause: ConfigError): Fault {
  return { class: 'unauthenticated', error: { code: 'BAD_PROFILES', message: cause.message } };
}
