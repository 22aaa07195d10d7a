import { ConfigError } from '../tasks/errors.ts';
import type { Fault, Observation } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { TaskIdentity } from '../tasks/task.ts';
import type { HttpAnswer } from './answer-collector.ts';
import { classifyError } from './classify-error.ts';
import { faultOf } from './fault-of.ts';
import { createHttpTransport, type TransportOptions } from './http-transport.ts';
import { parseTaskAnswer } from './parse-answer.ts';
import type { ProfileBook } from './profile.ts';
import { type Connection, createProfileConnections } from './profile-connections.ts';
import { encodeSegment } from './sign-request.ts';
import type { PollLimits, TaskQuery } from './task-query.ts';

export type HuaweiTaskQueryOptions = TransportOptions & {
  /** Asked before every poll, so that a changed secret takes effect: to be cached by who gives it. */
  profiles: () => Promise<ProfileBook>;
  clock: Clock;
};

/** `TaskQuery` that can be closed: polls in flight end first. */
export type HuaweiTaskQuery = TaskQuery & { close(): Promise<void> };

const HEADERS = { accept: 'application/json', 'user-agent': 'apig-task-notifier' };

/** Polls `GET /v2/{project_id}/apigw/instances/{instance_id}/async-tasks/{task_id}` with the task's profile. */
export function createHuaweiTaskQuery({ profiles, clock, ...options }: HuaweiTaskQueryOptions): HuaweiTaskQuery {
  const transport = createHttpTransport(options);
  const connections = createProfileConnections({ transport, clock });

  /** Asks once, and once more where a token was refused and could be renewed. */
  const ask = async (connection: Connection, task: TaskIdentity, { signal, allowance }: PollLimits) => {
    const { origin, host, signIn } = connection;
    const { projectId } = task;
    const request = { method: 'GET', host, path: pathOf(task), headers: HEADERS, projectId } as const;
    const send = (headers: Record<string, string>) =>
      transport.send({ origin, path: request.path, method: 'GET', headers, signal, allowance });

    const signedIn = signIn.authorize(request);
    const authorized = signedIn instanceof Promise ? await unlessAborted(signedIn, signal) : signedIn;
    if (authorized.kind === 'fault') return authorized;
    const first = observe(await send(authorized.headers), clock);
    if (first.kind !== 'fault' || !isRefusedToken(first.fault)) return first;
    const again = await unlessAborted(signIn.reauthorize(request, authorized.headers), signal);
    if (again === undefined) return first;
    return again.kind === 'fault' ? again : observe(await send(again.headers), clock);
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

function observe(answer: HttpAnswer, clock: Clock): Observation {
  const { status: httpStatus, body, headers } = answer;
  const parsed = httpStatus >= 200 && httpStatus < 300 ? parseTaskAnswer(body) : undefined;
  if (parsed !== undefined && parsed.kind !== 'unreadable') return parsed;
  const fault = classifyError({ httpStatus, body, headers, nowMs: clock.now() });
  const saysNothing = parsed !== undefined && fault.error.code === `HTTP.${httpStatus}`;
  if (!saysNothing) return { kind: 'fault', fault };
  return { kind: 'fault', fault: { ...fault, error: { ...fault.error, code: 'BAD_ANSWER', message: parsed.reason } } };
}

/** Identifiers are checked at registration; encoding is for rows that got into the table in another way. */
function pathOf({ projectId, instanceId, taskId }: TaskIdentity): string {
  const [project, instance, task] = [projectId, instanceId, taskId].map(encodeSegment);
  return `/v2/${project}/apigw/instances/${instance}/async-tasks/${task}`;
}

const isRefusedToken = (fault: Fault) => fault.class === 'unauthenticated' && fault.error.httpStatus === 401;

function badConfig(cause: ConfigError): Fault {
  return { class: 'unauthenticated', error: { code: 'BAD_PROFILES', message: cause.message } };
}

/** A sign-in is shared by many polls: an aborted one stops waiting for it and leaves it to the others. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
