import type { Context } from 'aws-lambda';
import { expect } from 'vitest';
import type { Change } from '../../../functions/http/access.ts';
import type { ApiEvent } from '../../../functions/http/api-event.ts';
import { unnamedKeys } from '../../../functions/http/api-keys.ts';
import type { TasksApiDeps } from '../../../functions/http/deps.ts';
import { createTasksApiHandler } from '../../../functions/http/handler.ts';
import { createStartRoutes, type StartDeps } from '../../../functions/http/start-routes.ts';
import { DEFAULT_SCHEDULE, nextPollAt } from '../../../functions/schedule/schedule.ts';
import type { TaskResult } from '../../../functions/tasks/result.ts';
import type { PendingTask } from '../../../functions/tasks/task.ts';
import { createFakeClock, START_MS } from '../../support/fixtures.ts';
import { createMemoryPending } from '../../support/memory-stores.ts';
import { createMemoryFiles } from './memory-files.ts';
import { createMemoryResultStore } from './memory-results.ts';
import { contradiction } from './openapi-oracle.ts';

export const API_KEY = 'key-of-the-tests';
export const OTHER_API_KEY = 'other-key-of-the-tests';

type CallOptions = {
  body?: unknown;
  rawBody?: Buffer | string;
  headers?: Record<string, string>;
  key?: string | null;
  context?: { awsRequestId?: string };
};

/** Reads the API's answer as a client would. */
export type Reply = { status: number; headers: Record<string, string>; body: Buffer; json: () => Json };
/** The members that tests read one by one. What each answer really has is held against openapi.json by `call`. */
export type Json = {
  [member: string]: unknown;
  task_id: string;
  type: string;
  detail: string;
  status: number;
  state: string;
  label: string;
  next_poll_at: string;
  next_cursor?: string;
  errors: { pointer?: string; parameter?: string; detail: string }[];
  items: Json[];
  tasks: Json[];
  task: Json;
  problem: Json;
  result: Json;
};

/** A final, clean import; registered at `START_MS`, over a minute later. */
export function taskResult(overrides: Partial<TaskResult> = {}): TaskResult {
  return {
    taskId: 'f1',
    instanceId: 'gw1',
    projectId: 'p1',
    profile: 'default',
    outcome: 'succeeded',
    taskType: 'import_api',
    taskStatus: 'succeed',
    registeredAtMs: START_MS,
    completedAtMs: START_MS + 60_000,
    polls: 7,
    summary: { created: 1, updated: 0, failed: 0, group_id: 'g1' },
    result: { kind: 'import', group_id: 'g1', success: [{ id: 'a', action: 'create' }], failure: [] },
    expiresAtS: START_MS / 1000 + 86_400,
    ...overrides,
  };
}

/** The handler on stores in memory. Each answer of `call` is held against openapi.json. */
export function createApi(
  { starts, ...overrides }: Partial<TasksApiDeps & Pick<StartDeps, 'starts'>> = {},
  rows: { pending?: PendingTask[]; results?: TaskResult[] } = {},
) {
  const pending = createMemoryPending(rows.pending);
  const results = createMemoryResultStore(rows.results);
  const files = createMemoryFiles();
  const clock = createFakeClock();
  const republished: { taskId: string; channel: string | undefined }[] = [];
  const errors: unknown[] = [];
  const changes: Change[] = [];
  const deps: TasksApiDeps = {
    pending,
    results,
    files,
    clock,
    profiles: async () => ({ default: { project_id: 'p1', instance_id: 'gw1' }, bare: { project_id: 'p2' } }),
    apiKeys: async () => unnamedKeys([OTHER_API_KEY, API_KEY]),
    audit: (change) => void changes.push(change),
    schedule: { nextPollAt: (task, nowMs) => nextPollAt(task, nowMs, DEFAULT_SCHEDULE) },
    republish: async ({ taskId }, channel) => void republished.push({ taskId, channel }),
    log: { info() {}, warn() {}, error: (message, fields) => void errors.push({ message, ...fields }) },
    taskDeadlineMs: 86_400_000,
    ...overrides,
  };
  const handler = createTasksApiHandler(deps, starts && createStartRoutes({ ...deps, starts }));

  const call = async (method: string, target: string, options: CallOptions = {}): Promise<Reply> => {
    const event = toEvent(method, target, options);
    const answer = await handler(event, (options.context ?? {}) as Context);
    const body = await readBody(answer.body, answer.isBase64Encoded ?? false);
    const reply = { status: answer.statusCode, headers: answer.headers, body };
    expect(contradiction(method, event.rawPath, reply)).toBeUndefined();
    return { ...reply, json: () => JSON.parse(body.toString()) };
  };
  return { call, handler, pending, results, files, clock, republished, errors, changes };
}

function toEvent(method: string, target: string, { body, rawBody, headers, key = API_KEY }: CallOptions): ApiEvent {
  const [path = '', query = ''] = target.split('?');
  const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    requestContext: { http: { method, path } },
    ...(sent === undefined ? {} : { body: Buffer.isBuffer(sent) ? sent.toString('base64') : sent }),
    isBase64Encoded: Buffer.isBuffer(sent),
  };
}

async function readBody(body: string | ReadableStream | undefined, isBase64: boolean): Promise<Buffer> {
  if (body instanceof ReadableStream) return Buffer.from(await new Response(body).arrayBuffer());
  return Buffer.from(body ?? '', isBase64 ? 'base64' : 'utf8');
}
