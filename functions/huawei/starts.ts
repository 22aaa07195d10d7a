import { ConfigError } from '../tasks/errors.ts';
import { isFields, parseJson } from '../tasks/json.ts';
import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { StartOrder } from '../tasks/start.ts';
import { boundError, type TaskError, type TaskIdentity } from '../tasks/task.ts';
import { classifyError, faultOf } from './faults.ts';
import type { ProfileBook } from './profiles.ts';
import { createConnections } from './sign-in.ts';
import { encodeSegment } from './sign-request.ts';
import { type SignedAnswer, type SignedCall, sendSigned } from './signed-call.ts';
import { createTransport, type TransportOptions } from './transport.ts';

/** Which gateway, and with which credentials. */
export type StartTarget = Pick<TaskIdentity, 'instanceId' | 'projectId' | 'profile'>;

/** What Huawei made of a start. `refused` and `busy` have begun nothing for sure. */
export type StartAnswer =
  | { kind: 'started'; taskId: string }
  /** `blames` what has to change: the request, or what stands between it and the gateway: credentials, permissions, network. */
  | { kind: 'refused'; error: TaskError; blames: 'request' | 'upstream' }
  /** 409 while another task runs, or 429. */
  | { kind: 'busy'; error: TaskError; retryAfterMs?: number }
  /** No answer, a 5xx, or one that cannot be read: it may have begun. */
  | { kind: 'lost'; error: TaskError };

export type GroupLookup = { kind: 'found'; groupId: string } | { kind: 'none' } | { kind: 'failed'; error: TaskError };

/** Huawei's side of a start. Neither method throws. */
export interface HuaweiStarts {
  /** One call, never repeated but with a renewed token. `file` is an import's. Gives up after `timeoutMs`. */
  start(order: StartOrder, target: StartTarget, call: { file?: Uint8Array; timeoutMs: number }): Promise<StartAnswer>;
  /** The group of exactly this name, if it was made at `sinceMs` (epoch milliseconds) or later. */
  findGroup(target: StartTarget, name: string, sinceMs: number): Promise<GroupLookup>;
}

export type HuaweiStartsOptions = TransportOptions & {
  /** Called before every start, so that a changed secret takes effect; the implementation should cache. */
  profiles: () => Promise<ProfileBook>;
  clock: Clock;
};

const LOOKUP_TIMEOUT_MS = 5_000;
/** Between our clock and Huawei's. */
const CLOCK_DIFFERENCE_MS = 60_000;
/** As the official SDKs sign a form: the hash of its body is not part of the signature. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const HEADERS = { accept: 'application/json', 'user-agent': 'apig-task-notifier' };

/** Starts imports and exports with the profile of their task. Source: ImportApiDefinitionsAsync, ExportApiDefinitionsAsync. */
export function createHuaweiStarts(options: HuaweiStartsOptions): HuaweiStarts & { close(): Promise<void> } {
  const { profiles, clock, ...transportOptions } = options;
  const transport = createTransport({ ...transportOptions, isKeptAlive: false });
  const connections = createConnections({ transport, clock });

  const send = async ({ profile, projectId }: StartTarget, call: Omit<SignedCall, 'projectId'>, timeoutMs: number) => {
    const connection = connections.of(await profiles(), profile);
    if (connection.kind === 'fault') return connection;
    return sendSigned({ transport, connection, clock }, { ...call, projectId, signal: AbortSignal.timeout(timeoutMs) });
  };

  return {
    async start(order, target, { file, timeoutMs }) {
      try {
        const answer = await send(target, await callOf(order, target, file), timeoutMs);
        return 'kind' in answer ? refusedBySignIn(answer.fault) : judge(answer, clock);
      } catch (cause) {
        return judgeThrown(cause);
      }
    },
    async findGroup(target, name, sinceMs) {
      try {
        const path = `${gatewayPath(target)}/api-groups`;
        const query = { name, precise_search: 'name', limit: '500' };
        const answer = await send(target, { method: 'GET', path, query, headers: HEADERS }, LOOKUP_TIMEOUT_MS);
        if ('kind' in answer) return { kind: 'failed', error: answer.fault.error };
        if (answer.status !== 200) return { kind: 'failed', error: faultIn(answer, clock).error };
        const groupId = groupIn(answer.body, name, sinceMs);
        return groupId === undefined ? { kind: 'none' } : { kind: 'found', groupId };
      } catch (cause) {
        return { kind: 'failed', error: faultOf(cause).error };
      }
    },
    close: () => transport.close(),
  };
}

function gatewayPath({ projectId, instanceId }: StartTarget): string {
  return `/v2/${encodeSegment(projectId)}/apigw/instances/${encodeSegment(instanceId)}`;
}

async function callOf(
  order: StartOrder,
  target: StartTarget,
  file?: Uint8Array,
): Promise<Omit<SignedCall, 'projectId'>> {
  const openapi = `${gatewayPath(target)}/openapi`;
  if (order.type === 'export_api') {
    const { oas_version, ...fields } = order.fields;
    const query = oas_version === undefined ? {} : { query: { oas_version } };
    const headers = { ...HEADERS, 'content-type': 'application/json' };
    return { method: 'POST', path: `${openapi}/async-export`, ...query, headers, body: JSON.stringify(fields) };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(order.fields)) form.set(name, value);
  form.set('file_name', new File([Buffer.from(file ?? [])], order.file.name || 'openapi'));
  const encoded = new Response(form);
  const contentType = encoded.headers.get('content-type') ?? '';
  const headers = { ...HEADERS, 'content-type': contentType, 'x-sdk-content-sha256': UNSIGNED };
  const body = new Uint8Array(await encoded.arrayBuffer());
  return { method: 'POST', path: `${openapi}/async-import`, headers, body, bodyHash: UNSIGNED };
}

function refusedBySignIn({ error }: Fault): StartAnswer {
  return { kind: 'refused', error, blames: 'upstream' };
}

function faultIn({ status, body, headers, secrets }: SignedAnswer, clock: Clock): Fault {
  return classifyError({ httpStatus: status, body, headers, secrets, nowMs: clock.now() });
}

const TASK_ID = /^[A-Za-z0-9_-]{1,64}$/;

function judge(answer: SignedAnswer, clock: Clock): StartAnswer {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return judgeSuccess(body, status);
  const { class: faultClass, error, retryAfterMs } = faultIn(answer, clock);
  const isBusy = faultClass === 'throttled' || (status === 409 && faultClass === 'transient');
  if (isBusy) return { kind: 'busy', error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (status >= 500 || status === 408) return { kind: 'lost', error };
  const isUpstream = faultClass === 'unauthenticated' || faultClass === 'forbidden';
  return { kind: 'refused', error, blames: isUpstream ? 'upstream' : 'request' };
}

function judgeSuccess(body: string, httpStatus: number): StartAnswer {
  const fields = parseJson(body);
  const taskId = isFields(fields) ? fields.task_id : undefined;
  if (typeof taskId === 'string' && TASK_ID.test(taskId)) return { kind: 'started', taskId };
  return { kind: 'lost', error: { code: 'BAD_ANSWER', message: 'the answer to the start has no task_id', httpStatus } };
}

/** The request did not leave: names that do not resolve, closed ports, refused certificates. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/;

function judgeThrown(cause: unknown): StartAnswer {
  if (cause instanceof ConfigError) {
    return { kind: 'refused', error: boundError({ code: 'BAD_PROFILES', message: cause.message }), blames: 'upstream' };
  }
  const { error } = faultOf(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return NOT_SENT.test(code) ? { kind: 'refused', error, blames: 'upstream' } : { kind: 'lost', error };
}

/** Huawei's times are whole seconds. */
function groupIn(body: string, name: string, sinceMs: number): string | undefined {
  const fields = parseJson(body);
  const groups = isFields(fields) && Array.isArray(fields.groups) ? fields.groups.filter(isFields) : [];
  const isMade = (time: unknown) => Date.parse(String(time)) >= sinceMs - CLOCK_DIFFERENCE_MS;
  const found = groups.find((group) => group.name === name && isMade(group.register_time));
  return typeof found?.id === 'string' && TASK_ID.test(found.id) ? found.id : undefined;
}
