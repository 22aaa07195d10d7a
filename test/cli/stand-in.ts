import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { PendingView, TaskView } from '../../functions/http/task-view.ts';
import type { Outcome } from '../../functions/names.ts';

export const KEY = 'the-key-of-this-test';

/** How a task goes: it ends after so many answers to who waits (-1: before), is forgotten then, or never ends. */
export type Script = { end: Outcome | 'forgotten' | 'never'; afterAnswers: number; label?: string };

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

/** A service whose tasks end as a test says; its answers have the API's own types. */
export type StandIn = {
  url: string;
  tasks: Map<string, Script>;
  /** Task ids by idempotency key. */
  starts: Map<string, string>;
  /** `GET /tasks/a?wait=1`, in order. */
  requests: string[];
  /** Of the last request. */
  body: Buffer;
  /** What the next start becomes. */
  nextStart: Script;
  /** Answers instead of the service; undefined lets it answer. */
  instead: (request: IncomingMessage) => Answer | undefined;
  close(): Promise<void>;
};

const AT = '2026-11-26T12:00:00.000Z';

export async function startStandIn(): Promise<StandIn> {
  const server = createServer((request, response) => void serve(standIn, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tasks: new Map(),
    starts: new Map(),
    requests: [],
    body: Buffer.alloc(0),
    nextStart: { end: 'succeeded', afterAnswers: 1 },
    instead: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

async function serve(standIn: StandIn, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  standIn.requests.push(`${request.method} ${request.url}`);
  standIn.body = Buffer.concat(chunks);
  const answer = standIn.instead(request) ?? (await route(standIn, request, standIn.body));
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}

async function route(standIn: StandIn, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '', standIn.url);
  if (request.headers.authorization !== `Bearer ${KEY}`)
    return problem(401, 'unauthenticated', 'The key is not known.');
  if (pathname === '/tasks' && request.method === 'POST') return register(standIn, JSON.parse(body.toString()));
  if (pathname === '/imports' || pathname === '/exports')
    return start(standIn, String(request.headers['idempotency-key']));
  if (pathname === '/tasks')
    return { status: 200, body: { items: [...standIn.tasks.keys()].map((id) => view(standIn, id)) } };
  const [, taskId = '', rest] = /^\/tasks\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
  if (pathname === '/whoami') return { status: 200, body: { name: 'ci-orders', scopes: ['read', 'start'] } };
  if (rest === '/notifications') return { status: 202, body: { task_id: taskId, event_id: `${taskId}:succeeded` } };
  if (rest === '/watch') return { status: 202, body: view(standIn, taskId) };
  if (request.method === 'DELETE') return standIn.tasks.delete(taskId) ? { status: 204 } : unknownTask(taskId);
  if (rest === '/definition') return { status: 200, body: { openapi: '3.0.1' } };
  return show(standIn, taskId, searchParams.get('wait'));
}

function register(standIn: StandIn, { task_id: taskId, label }: { task_id: string; label?: string }): Answer {
  const known = standIn.tasks.has(taskId);
  if (!known) standIn.tasks.set(taskId, { end: 'never', afterAnswers: 0, ...(label && { label }) });
  return { status: known ? 200 : 202, body: view(standIn, taskId), headers: { 'retry-after': '1' } };
}

function start(standIn: StandIn, key: string): Answer {
  const known = standIn.starts.get(key);
  const taskId = known ?? `started-${standIn.starts.size + 1}`;
  if (known === undefined) {
    standIn.starts.set(key, taskId);
    standIn.tasks.set(taskId, { ...standIn.nextStart });
  }
  return { status: known ? 200 : 202, body: view(standIn, taskId), headers: { 'retry-after': '1' } };
}

/** Only an answer to somebody who waits counts, so that a look before changes nothing. */
async function show(standIn: StandIn, taskId: string, wait: string | null): Promise<Answer> {
  const script = standIn.tasks.get(taskId);
  if (script === undefined) return unknownTask(taskId);
  if (wait !== null) script.afterAnswers -= 1;
  if (script.end === 'forgotten' && script.afterAnswers < 0) {
    standIn.tasks.delete(taskId);
    return unknownTask(taskId);
  }
  if (script.end === 'never') await delay(Number(wait) * 1_000);
  return { status: 200, body: view(standIn, taskId), headers: { 'retry-after': '0' } };
}

/** A task that ended, or that has not, as the API shows it. */
function view({ tasks }: StandIn, taskId: string): TaskView {
  const { end, afterAnswers, label } = tasks.get(taskId) ?? { end: 'never', afterAnswers: 0 };
  const shared = {
    ...{ task_id: taskId, instance_id: 'gw', project_id: 'p', profile: 'default', registered_at: AT },
    ...(label !== undefined && { label }),
  };
  if (end === 'never' || end === 'forgotten' || afterAnswers >= 0) return pendingView(shared);
  return finalView(shared, end);
}

type Shared = Pick<PendingView, 'task_id' | 'instance_id' | 'project_id' | 'profile' | 'registered_at' | 'label'>;

function pendingView(shared: Shared): TaskView {
  return { ...shared, state: 'pending', status: 'processing', deadline_at: AT, next_poll_at: AT };
}

export function finalView(shared: Shared, outcome: Outcome): TaskView {
  const failure = [
    {
      method: 'POST',
      path: '/pets',
      error_code: 'APIG.2012',
      error_msg: 'Invalid value,\nparameterName:match_mode',
      help: 'Use SWA or NORMAL.',
    },
    { method: 'GET', path: '/100%,:|x', error_code: 'APIG.3202', error_msg: 'API already exists' },
  ];
  const isPartial = outcome === 'partially_succeeded';
  const success = [
    { id: 'a1', action: 'create', method: 'GET', path: '/pets' },
    { id: 'a2', action: 'update', method: 'PUT', path: '/pets' },
  ];
  return {
    ...shared,
    ...{ state: 'final', outcome, task_type: 'import_api', task_status: 'succeed' },
    completed_at: '2026-11-26T12:01:05.000Z',
    expires_at: '2027-02-26T12:01:05.000Z',
    summary: { created: 1, updated: 1, failed: isPartial ? 2 : 0, group_id: 'g1' },
    result:
      outcome === 'succeeded' || isPartial
        ? { kind: 'import', group_id: 'g1', success, failure: isPartial ? failure : [] }
        : { kind: 'none' },
    ...(outcome === 'failed' && { error: { code: 'APIG.3303', message: 'The file is damaged' } }),
  };
}

const unknownTask = (taskId: string): Answer => problem(404, 'unknown-task', `No task "${taskId}" is registered.`);

/** A problem document as the API answers it. */
export function problem(status: number, kind: string, detail: string, more: object = {}): Answer {
  const body = { type: `urn:apig-task-notifier:problem:${kind}`, title: kind, status, detail, ...more };
  return { status, body, headers: { 'content-type': 'application/problem+json' } };
}
