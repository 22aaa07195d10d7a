import { isFields, parseJson } from '../tasks/json.ts';
import type { Clock } from '../tasks/ports.ts';
import type { FailedApi } from '../tasks/result.ts';
import { boundError, type TaskError, type TaskIdentity } from '../tasks/task.ts';
import { classifyError, faultOf } from './faults.ts';
import type { ProfileBook } from './profiles.ts';
import { createConnections } from './sign-in.ts';
import { encodeSegment } from './sign-request.ts';
import { type SignedAnswer, type SignedCall, sendSigned } from './signed-call.ts';
import { createTransport, type TransportOptions } from './transport.ts';

/** An imported API: where it is, so that a failure to publish it can name it. */
export type PublishedApi = { id: string; method?: string | undefined; path?: string | undefined };

/** What publishing came to. `later`: nothing certain is known, and it may be tried again. */
export type Publishing =
  | { kind: 'done'; published: number; failures: FailedApi[] }
  | { kind: 'later'; error: TaskError };

/** Publishes APIs to an environment. Publishing one again does no harm. Never throws. */
export interface ApiPublisher {
  publish(apis: readonly PublishedApi[], environmentId: string, task: TaskIdentity): Promise<Publishing>;
}

type ApiPublisherOptions = TransportOptions & { profiles: () => Promise<ProfileBook>; clock: Clock };

/** Huawei's limit for one call. */
const AT_ONCE = 1_000;
const TIMEOUT_MS = 15_000;
const HEADERS = { accept: 'application/json', 'user-agent': 'apig-task-notifier', 'content-type': 'application/json' };

/** `POST …/apis/publish?action=online`. Source: BatchPublishOrOfflineApiV2. */
export function createApiPublisher(options: ApiPublisherOptions): ApiPublisher & { close(): Promise<void> } {
  const { profiles, clock, ...transportOptions } = options;
  const transport = createTransport(transportOptions);
  const connections = createConnections({ transport, clock });

  const publishSome = async (apis: readonly PublishedApi[], envId: string, task: TaskIdentity): Promise<Publishing> => {
    const connection = connections.of(await profiles(), task.profile);
    if (connection.kind === 'fault') return { kind: 'later', error: connection.fault.error };
    const call = { ...callOf(apis, envId, task), signal: AbortSignal.timeout(TIMEOUT_MS) };
    const answer = await sendSigned({ transport, connection, clock }, call);
    return 'kind' in answer ? { kind: 'later', error: answer.fault.error } : judge(answer, apis, clock);
  };

  return {
    async publish(apis, environmentId, task) {
      const all = { kind: 'done' as const, published: 0, failures: [] as FailedApi[] };
      try {
        for (let from = 0; from < apis.length; from += AT_ONCE) {
          const some = await publishSome(apis.slice(from, from + AT_ONCE), environmentId, task);
          if (some.kind === 'later') return some;
          all.published += some.published;
          all.failures.push(...some.failures);
        }
        return all;
      } catch (cause) {
        return { kind: 'later', error: faultOf(cause).error };
      }
    },
    close: () => transport.close(),
  };
}

function callOf(apis: readonly PublishedApi[], envId: string, { projectId, instanceId }: TaskIdentity): SignedCall {
  const [project, instance] = [projectId, instanceId].map(encodeSegment);
  const body = JSON.stringify({ env_id: envId, apis: apis.map(({ id }) => id) });
  const path = `/v2/${project}/apigw/instances/${instance}/apis/publish`;
  return { method: 'POST', path, query: { action: 'online' }, headers: HEADERS, body, projectId };
}

function judge(answer: SignedAnswer, apis: readonly PublishedApi[], clock: Clock): Publishing {
  const { status, body, headers, secrets } = answer;
  if (status >= 200 && status < 300) return readLists(body, apis);
  const { class: faultClass, error } = classifyError({
    ...{ httpStatus: status, body, headers, secrets },
    nowMs: clock.now(),
  });
  const mayPass = faultClass === 'transient' || faultClass === 'throttled' || faultClass === 'unauthenticated';
  return mayPass
    ? { kind: 'later', error }
    : { kind: 'done', published: 0, failures: apis.map((api) => failureOf(api, error)) };
}

function readLists(body: string, apis: readonly PublishedApi[]): Publishing {
  const fields = parseJson(body);
  if (!isFields(fields) || !Array.isArray(fields.success)) {
    return {
      kind: 'later',
      error: { code: 'BAD_ANSWER', message: 'the answer to publishing has no list of successes' },
    };
  }
  const byId = new Map(apis.map((api) => [api.id, api]));
  const failed = Array.isArray(fields.failure) ? fields.failure.filter(isFields) : [];
  const failures = failed.map(({ api_id, error_code, error_msg }) => {
    const api = byId.get(String(api_id)) ?? { id: String(api_id) };
    return failureOf(api, boundError({ code: String(error_code ?? 'UNKNOWN'), message: String(error_msg ?? '') }));
  });
  return { kind: 'done', published: fields.success.length, failures };
}

function failureOf({ id, method, path }: PublishedApi, { code, message }: TaskError): FailedApi {
  return {
    id,
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path }),
    error_code: code,
    error_msg: message,
  };
}
