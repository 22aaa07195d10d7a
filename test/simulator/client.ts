import { createHash, createHmac } from 'node:crypto';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID } from '../../simulator/defaults.ts';
import type { SimulatorOptions } from '../../simulator/options.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

/** A clock that tests move by hand. */
class HandClock {
  nowMs = Date.parse('2026-11-24T12:00:00.000Z');
  now = (): number => this.nowMs;
  advance(ms: number): void {
    this.nowMs += ms;
  }
}

/** A simulator on a free port and a held clock; `using` closes it. */
export async function startTestSimulator(options: SimulatorOptions = {}) {
  const clock = new HandClock();
  const simulator = await startSimulator({ clock, ...options });
  return { clock, simulator, control: simulator.control, [Symbol.asyncDispose]: () => simulator.close() };
}

export const gatewayPath = `/v2/${DEFAULT_ACCOUNT.projectId}/apigw/instances/${DEFAULT_ACCOUNT.instanceId}`;
export const taskPath = (taskId: string): string => `${gatewayPath}/async-tasks/${taskId}`;

/** The body of a token request for the default account, with parts replaced. */
export function tokenBody(user: object = {}, project: object = { id: DEFAULT_ACCOUNT.projectId }): object {
  const { domainName, userName: name, password } = DEFAULT_ACCOUNT;
  const known = { domain: { name: domainName }, name, password, ...user };
  return { auth: { identity: { methods: ['password'], password: { user: known } }, scope: { project } } };
}

export function requestToken(simulator: Simulator, body: unknown = tokenBody()): Promise<Response> {
  return fetch(`${simulator.url}/v3/auth/tokens?nocatalog=true`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json;charset=utf8' },
    body: JSON.stringify(body),
  });
}

export async function getToken(simulator: Simulator): Promise<string> {
  return (await requestToken(simulator)).headers.get('X-Subject-Token') ?? '';
}

export type ImportFields = Record<string, string>;

/** Starts an import; `text` undefined leaves the file out. */
export function postImport(
  simulator: Simulator,
  text: string | undefined,
  fields: ImportFields = {},
  signal?: AbortSignal,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (text !== undefined) form.set('file_name', new File([text], 'api.yaml'));
  return fetch(`${simulator.url}${gatewayPath}/openapi/async-import`, {
    method: 'POST',
    body: form,
    ...(signal && { signal }),
  });
}

export function postExport(simulator: Simulator, body: object, query = ''): Promise<Response> {
  return fetch(`${simulator.url}${gatewayPath}/openapi/async-export${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ env_id: RELEASE_ENVIRONMENT_ID, ...body }),
  });
}

/** What `GET …/async-tasks/{id}` answers. */
export type TaskBody = { task_id: string; task_status: string; task_type: string; task_result: string };

export async function getTask(simulator: Simulator, taskId: string): Promise<TaskBody> {
  return (await fetch(simulator.url + taskPath(taskId))).json() as Promise<TaskBody>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export type Signing = { ak?: string; sk?: string; date?: string; extra?: Record<string, string> };

/** Headers of a signed GET, written out for the one shape the tests need. */
export function signGet(url: string, nowMs: number, signing: Signing = {}): Record<string, string> {
  const { ak = DEFAULT_ACCOUNT.ak, sk = DEFAULT_ACCOUNT.sk, extra = {} } = signing;
  const date = signing.date ?? `${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const { host, pathname } = new URL(url);
  const headers: Record<string, string> = { host, 'x-sdk-date': date, ...extra };
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = `GET\n${pathname}/\n\n${lines}\n${names.join(';')}\n${sha256('')}`;
  const text = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', sk).update(text).digest('hex');
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `SDK-HMAC-SHA256 Access=${ak}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}
