import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OUTCOMES } from '../../functions/names.ts';
import { pendingTask } from '../support/fixtures.ts';
import { API_KEY, createApi, taskResult } from './support/api.ts';

const RUNS = { numRuns: 1_000 };

const id = fc.oneof(fc.constantFrom('p1', 'f1', 'nobody', '__proto__', 'constructor'), fc.string());
const path = fc.oneof(
  fc.constantFrom('/', '/health', '/openapi.json', '/tasks', '/tasks/batch', '/tasks/'),
  id.map((name) => `/tasks/${name}`),
  id.map((name) => `/tasks/${encodeURIComponent(name.toWellFormed())}/definition`),
  id.map((name) => `/tasks/${name}/notifications`),
  id.map((name) => `/tasks/${name}/watch`),
  fc.string({ unit: 'binary' }).map((text) => `/${text}`),
);
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', '__proto__');
const headers = fc.dictionary(
  fc.oneof(fc.constantFrom('content-type', 'Content-Type', 'if-none-match', 'authorization', '__proto__'), fc.string()),
  fc.oneof(fc.constantFrom('application/json', `Bearer ${API_KEY}`, '*'), fc.string({ unit: 'binary' })),
);
const field = fc.constantFrom(
  'task_id',
  'instance_id',
  'project_id',
  'profile',
  'label',
  'deadline_seconds',
  'callback_url',
  'tasks',
  'channel',
  '__proto__',
);
const value = fc.oneof(
  fc.constantFrom('p1', 'f1', 'default', 'https://example.com'),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
);
const registration = fc.oneof(
  fc.dictionary(field, value),
  fc.record({ task_id: id, label: fc.string() }),
  fc.jsonValue(),
);
const body = fc.oneof(
  registration.map((entry) => JSON.stringify(entry)),
  fc.array(registration, { maxLength: 8 }).map((tasks) => JSON.stringify({ tasks })),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const parameter = fc.constantFrom('state', 'outcome', 'instance_id', 'label', 'limit', 'cursor', 'x');
const setting = fc.oneof(
  fc.constantFrom('pending', 'final', '5', ...OUTCOMES),
  fc.base64String(),
  fc.string({ unit: 'binary' }),
);
const query = fc.oneof(
  fc.array(fc.tuple(parameter, setting), { maxLength: 4 }).map((pairs) => new URLSearchParams(pairs).toString()),
  fc.string({ unit: 'binary' }),
);

const expired = taskResult({ taskId: 'e1', outcome: 'expired' });

function freshApi() {
  return createApi({}, { pending: [pendingTask({ taskId: 'p1' })], results: [taskResult(), expired] });
}

it('no request is answered with a 5xx, and each answer is as openapi.json says', async () => {
  const request = fc.record({
    method,
    path,
    query,
    headers,
    body: fc.option(body, { nil: undefined }),
    hasKey: fc.boolean(),
  });
  const property = fc.asyncProperty(request, async ({ method, path, query, headers, body, hasKey }) => {
    const { call, errors } = freshApi();
    const reply = await call(method, `${path.replaceAll('?', '')}?${query}`, {
      headers,
      key: hasKey ? API_KEY : null,
      ...(body === undefined ? {} : { rawBody: body }),
    });
    expect(reply.status).toBeLessThan(500);
    expect(errors).toEqual([]);
    if (reply.status >= 400 && method !== 'HEAD') expect(reply.json().status).toBe(reply.status);
  });
  await fc.assert(property, RUNS);
}, 60_000);

it('no body of a registration is answered with a 5xx', async () => {
  const target = fc.constantFrom('/tasks', '/tasks/batch', '/tasks/f1/notifications', '/tasks/e1/watch');
  await fc.assert(
    fc.asyncProperty(target, body, async (path, rawBody) => {
      const reply = await freshApi().call('POST', path, { rawBody });
      expect(reply.status).toBeLessThan(500);
      if (reply.status !== 207) return;
      for (const entry of reply.json().tasks) expect(entry.status).toBeLessThan(500);
    }),
    RUNS,
  );
}, 60_000);

it('no query is answered with a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      expect([200, 400]).toContain((await freshApi().call('GET', `/tasks?${text.replaceAll('?', '')}`)).status);
    }),
    RUNS,
  );
}, 60_000);
