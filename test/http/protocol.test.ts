import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../functions/http/read-request.ts';
import { StoreError, UnreadableTaskError } from '../../functions/tasks/errors.ts';
import { pendingTask } from '../support/fixtures.ts';
import { createMemoryPending } from '../support/memory-stores.ts';
import { API_KEY, createApi, OTHER_API_KEY, taskResult } from './support/api.ts';
import { createMemoryResultStore } from './support/memory-results.ts';

const rows = { results: [taskResult()] };

describe('API keys', () => {
  it.each([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${API_KEY}` }],
    ['two', { authorization: `Bearer ${API_KEY}, Bearer ${API_KEY}` }],
    ['an unknown one', { authorization: 'Bearer nonsense' }],
    ['a longer one', { authorization: `Bearer ${API_KEY}x` }],
    ['its hash', { authorization: 'Bearer \u00ff' }],
  ])('refuses %s with a challenge', async (_, headers) => {
    const { call, pending } = createApi({}, rows);
    for (const [method, path] of [
      ['POST', '/tasks'],
      ['GET', '/tasks'],
      ['GET', '/tasks/f1'],
      ['DELETE', '/tasks/f1'],
    ] as const) {
      const reply = await call(method, path, {
        key: null,
        headers,
        ...(method === 'POST' && { body: { task_id: 't' } }),
      });
      expect(reply.status).toBe(401);
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer realm=/);
    }
    expect(pending.rows.size).toBe(0);
  });

  it.each(['Bearer', 'bearer', 'BEARER'])('takes the scheme as %s, in a header of any case', async (scheme) => {
    const { call } = createApi({}, rows);
    const headers = { AuthoriZation: `${scheme} ${API_KEY}` };
    expect((await call('GET', '/tasks', { key: null, headers })).status).toBe(200);
  });

  it('takes any of the valid keys', async () => {
    const { call } = createApi();
    for (const key of [API_KEY, OTHER_API_KEY]) expect((await call('GET', '/tasks', { key })).status).toBe(200);
  });

  it('refuses everybody when there are no keys', async () => {
    const { call } = createApi({ apiKeys: async () => [] });
    expect((await call('GET', '/tasks')).status).toBe(401);
  });

  it.each(['/', '/health', '/openapi.json'])('needs none for %s', async (path) => {
    expect((await createApi().call('GET', path, { key: null })).status).toBe(200);
  });
});

describe('routes and methods', () => {
  it.each([
    ['PUT', '/tasks', 'GET, HEAD, OPTIONS, POST'],
    ['PATCH', '/tasks/f1', 'DELETE, GET, HEAD, OPTIONS'],
    ['GET', '/tasks/f1/notifications', 'OPTIONS, POST'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['PUT', '/tasks/batch/', 'OPTIONS, POST'],
    ['GET', '/tasks/batch', 'OPTIONS, POST'],
    ['DELETE', '/tasks/batch', 'OPTIONS, POST'],
    ['PROPFIND', '/', 'GET, HEAD, OPTIONS'],
  ])('%s %s', async (method, path, allow) => {
    const reply = await createApi().call(method, path, { key: null });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe(allow);
  });

  it.each([
    ['/tasks/f1', 'DELETE, GET, HEAD, OPTIONS'],
    ['/tasks/batch', 'OPTIONS, POST'],
  ])('says what OPTIONS asks for of %s', async (path, allow) => {
    const reply = await createApi().call('OPTIONS', path, { key: null });
    expect([reply.status, reply.headers.allow]).toEqual([204, allow]);
  });

  it.each(['/nothing', '/tasks/f1/other', '/tasks//', '/openapiXjson', '/.%2e/tasks'])('knows no %s', async (path) => {
    const reply = await createApi().call('GET', path, { key: null });
    expect(reply.status).toBe(404);
    expect(reply.json().instance).toBe(path);
  });

  it('answers HEAD as GET without the body', async () => {
    const { call } = createApi({}, rows);
    for (const path of ['/', '/health', '/tasks/f1', '/tasks/nobody']) {
      const [head, get] = [await call('HEAD', path), await call('GET', path)];
      expect(head).toMatchObject({ status: get.status, headers: get.headers });
      expect(head.body).toHaveLength(0);
    }
  });

  it('keeps browsers from guessing the type of any answer', async () => {
    const { call } = createApi();
    for (const path of ['/', '/tasks', '/nothing']) {
      expect((await call('GET', path)).headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('bodies', () => {
  const post = (rawBody: Buffer | string, headers = {}) => createApi().call('POST', '/tasks', { rawBody, headers });

  it.each([
    ['nothing', '', 'Send a JSON object'],
    ['half a document', '{"task_id":', 'not JSON'],
    ['a comment', '{} // x', 'not JSON'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'not UTF-8'],
    ['one key twice', '{"task_id":"a","task_id":"b"}', '"task_id" twice'],
    ['one key in two spellings', '{"task_id":"a","task\\u005fid":"b"}', '"task_id" twice'],
    ['one inner key twice', '{"task_id":"a","x":[{"k":"}\\"","k":[]}]}', '"k" twice'],
  ])('refuses %s', async (_, body, detail) => {
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(reply.json().detail).toContain(detail);
  });

  it('says no more than the beginning of a long key back', async () => {
    const key = 'k'.repeat(500_000);
    const reply = await post(`{"${key}":1,"${key}":2}`);
    expect(reply.status).toBe(400);
    expect(reply.body.length).toBeLessThan(1_000);
  });

  it.each(['/tasks/f1/notifications', '/tasks/f1/watch'])(
    'takes no body, and not null, for the defaults of %s',
    async (path) => {
      const { call } = createApi({}, rows);
      expect((await call('POST', path, { rawBody: 'null' })).json()).toMatchObject({
        status: 400,
        detail: 'The body must be a JSON object.',
      });
    },
  );

  it('does not take equal keys of different objects for duplicates', async () => {
    const entry = '{"task_id":"a","label":"task_id: {["}';
    const reply = await createApi().call('POST', '/tasks/batch', { rawBody: `{"tasks":[${entry},${entry}]}` });
    expect(reply.status).toBe(207);
  });

  it.each(['text/plain', 'application/xml', 'application/jsonp', 'application/json; charset=latin1', ''])(
    'refuses the type %j',
    async (type) => {
      const reply = await post('{"task_id":"a"}', { 'content-type': type });
      expect(reply.status).toBe(415);
      expect(reply.headers.accept).toBe('application/json');
    },
  );

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('takes the type %j', async (type) => {
    expect((await post('{"task_id":"a"}', { 'content-type': type })).status).toBe(202);
  });

  it('takes base64 as API Gateway sends it', async () => {
    expect((await post(Buffer.from('{"task_id":"a","label":"ü"}'))).json().label).toBe('ü');
  });

  it('refuses one byte more than 1 MB, counted in bytes', async () => {
    const padded = (bytes: number) => `{"task_id":"a"${' '.repeat(bytes - 15)}}`;
    expect((await post(padded(MAX_BODY_BYTES))).status).toBe(202);
    expect((await post(padded(MAX_BODY_BYTES + 1))).status).toBe(413);
    expect((await post(`"${'ü'.repeat(MAX_BODY_BYTES / 2)}"`)).status).toBe(413);
  });

  it('reads a body that is one bracket a million times', async () => {
    expect((await post('['.repeat(1_000_000))).status).toBe(400);
    expect((await post(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)).status).toBe(400);
    expect((await post(`{"task_id":"${'\\\\'.repeat(500_000)}"}`)).status).toBe(400);
  });
});

describe('faults of the service', () => {
  const failing = (error: unknown) => ({ get: async () => Promise.reject(error) });

  it.each([
    [new StoreError('table secret-name is gone', { cause: new Error('inner secret') }), 503],
    [new Error('secret'), 500],
    ['secret', 500],
    [undefined, 500],
  ])('%s becomes %i without its reason, which goes to the log', async (error, status) => {
    const { results } = createApi();
    const { call, errors } = createApi({ results: { ...results, ...failing(error) } });
    const reply = await call('GET', '/tasks/t1');
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).not.toContain('secret');
    expect(reply.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
    expect(errors).toEqual([expect.objectContaining({ request_id: reply.json().request_id })]);
    expect(reply.json().request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('name the request id of Lambda, in a batch for each entry', async () => {
    const { pending } = createApi();
    const register = async () => Promise.reject(new StoreError('down'));
    const { call, errors } = createApi({ pending: { ...pending, register } });
    const context = { awsRequestId: '7c3f' };
    expect((await call('POST', '/tasks', { body: { task_id: 'a' }, context })).json().request_id).toBe('7c3f');
    const batch = await call('POST', '/tasks/batch', {
      body: { tasks: [{ task_id: 'a' }, { task_id: 'b' }] },
      context,
    });
    expect(batch.json().tasks.map(({ problem }) => problem.request_id)).toEqual(['7c3f', '7c3f']);
    expect(errors).toEqual(Array(3).fill(expect.objectContaining({ request_id: '7c3f' })));
  });

  it('are the only problems with a request id', async () => {
    expect((await createApi().call('GET', '/tasks/nobody')).json()).not.toHaveProperty('request_id');
  });

  it('says of a row that cannot be read what to do, and that repeating is useless', async () => {
    const pending = createMemoryPending([pendingTask({ taskId: 'odd' })]);
    const get = () =>
      Promise.reject(new UnreadableTaskError('odd', { table: 'Pending', reason: 'missing: profile', holds: 'task' }));
    const { call } = createApi({ pending: { ...pending, get, register: get } });
    const reply = await call('GET', '/tasks/odd');
    expect(reply.status).toBe(500);
    expect(reply.headers).not.toHaveProperty('retry-after');
    expect(reply.json()).toMatchObject({
      type: 'urn:apig-task-notifier:problem:unreadable-task',
      detail: expect.stringMatching(/"odd" cannot be read \(missing: profile\).*DELETE \/tasks\/odd removes it/),
      request_id: expect.any(String),
    });
    expect((await call('POST', '/tasks', { body: { task_id: 'odd' } })).json().type).toBe(reply.json().type);
    expect((await call('DELETE', '/tasks/odd')).status).toBe(204);
  });

  it('removes a result that cannot be read on DELETE, and says so until then', async () => {
    const results = createMemoryResultStore();
    let isThere = true;
    const get = async () => {
      if (isThere)
        throw new UnreadableTaskError('odd', { table: 'Results', reason: 'missing: outcome', holds: 'result' });
      return undefined;
    };
    const removeUnreadable = async () => {
      const wasThere = isThere;
      isThere = false;
      return wasThere;
    };
    const { call } = createApi({ results: { ...results, get, removeUnreadable } });
    const reply = await call('GET', '/tasks/odd');
    expect([reply.status, reply.json().type]).toEqual([500, 'urn:apig-task-notifier:problem:unreadable-task']);
    expect(reply.json().detail).toMatch(/^The stored row of task "odd" cannot be read \(missing: outcome\)/);
    expect((await call('DELETE', '/tasks/odd')).status).toBe(204);
    expect((await call('GET', '/tasks/odd')).status).toBe(404);
  });

  it('answers 503 when the keys cannot be read', async () => {
    const { call } = createApi({ apiKeys: async () => Promise.reject(new StoreError('no secret')) });
    expect((await call('GET', '/tasks')).status).toBe(503);
  });
});
