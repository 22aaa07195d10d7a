import { describe, expect, it } from 'vitest';
import { pendingTask, START_MS } from '../support/fixtures.ts';
import { createApi, taskResult } from './support/api.ts';

const iso = (ms: number) => new Date(ms).toISOString();

describe('POST /tasks', () => {
  it('registers a task and says where it is and when to look again', async () => {
    const { call, pending } = createApi();
    const reply = await call('POST', '/tasks', { body: { task_id: 't1', label: 'release 12' } });
    expect(reply.status).toBe(202);
    expect(reply.headers.location).toBe('/tasks/t1');
    expect(Number(reply.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(reply.json()).toMatchObject({
      task_id: 't1',
      state: 'pending',
      instance_id: 'gw1',
      project_id: 'p1',
      profile: 'default',
      label: 'release 12',
      registered_at: iso(START_MS),
      deadline_at: iso(START_MS + 86_400_000),
    });
    expect(pending.rows.get('t1')).toMatchObject({ instanceId: 'gw1', projectId: 'p1', profile: 'default' });
  });

  it('expects the next poll at the deadline where that comes first', async () => {
    const { call, clock } = createApi();
    await call('POST', '/tasks', { body: { task_id: 't1', deadline_seconds: 3_600 } });
    clock.advance(3_590_000);
    const reply = await call('GET', '/tasks/t1');
    expect(reply.json().next_poll_at).toBe(iso(START_MS + 3_600_000));
    expect(reply.headers['retry-after']).toBe('10');
  });

  it('takes instance_id and project_id of the request before those of the profile', async () => {
    const { call } = createApi();
    const body = { task_id: 't1', instance_id: 'gw9', project_id: 'p9', deadline_seconds: 60 };
    const task = (await call('POST', '/tasks', { body })).json();
    expect(task).toMatchObject({ instance_id: 'gw9', project_id: 'p9', deadline_at: iso(START_MS + 60_000) });
  });

  it('answers a repeat with the pending record, even when its label differs', async () => {
    const { call, clock } = createApi();
    await call('POST', '/tasks', { body: { task_id: 't1', label: 'first' } });
    clock.advance(5_000);
    const reply = await call('POST', '/tasks', { body: { task_id: 't1', label: 'second' } });
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ label: 'first', registered_at: iso(START_MS) });
  });

  it('answers a repeat with the final record, and registers nothing', async () => {
    const { call, pending } = createApi({}, { results: [taskResult({ taskId: 't1' })] });
    const reply = await call('POST', '/tasks', { body: { task_id: 't1' } });
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ state: 'final', outcome: 'succeeded' });
    expect(pending.rows.size).toBe(0);
  });

  it.each([
    ['its profile has left the secret', { profiles: async () => ({}) }, {}],
    ['its profile has no gateway by now', { profiles: async () => ({ default: { project_id: 'p1' } }) }, {}],
    ['webhooks are off by now', { areWebhooksOff: true }, { callback_url: 'https://hooks.example.com/' }],
  ])('answers a repeat with its record although %s', async (_, deps, body) => {
    const rows = { pending: [pendingTask({ taskId: 'p' })], results: [taskResult({ taskId: 'f' })] };
    const { call, pending } = createApi(deps, rows);
    const statusOf = async (sent: object) => (await call('POST', '/tasks', { body: { ...body, ...sent } })).status;
    expect([await statusOf({ task_id: 'p' }), await statusOf({ task_id: 'f' })]).toEqual([200, 200]);
    const other = { instance_id: 'other' };
    expect([await statusOf({ task_id: 'p', ...other }), await statusOf({ task_id: 'f', ...other })]).toEqual([
      409, 409,
    ]);
    expect([await statusOf({ task_id: 'new' }), pending.rows.size]).toEqual([400, 1]);
  });

  it('answers a repeat that could not begin today while its task settles, and after', async () => {
    const { pending: rows, results } = createApi({}, { pending: [pendingTask({ taskId: 't1' })] });
    const get: typeof rows.get = async (taskId) => {
      const task = rows.rows.get(taskId);
      rows.rows.delete(taskId);
      await results.put(taskResult({ taskId }));
      return task;
    };
    const { call } = createApi({ profiles: async () => ({}), pending: { ...rows, get }, results });
    for (const _ of ['settling', 'settled']) {
      const reply = await call('POST', '/tasks', { body: { task_id: 't1' } });
      expect([reply.status, reply.json().state]).toEqual([200, 'final']);
    }
  });

  it.each([
    ['gateway', { instance_id: 'other' }],
    ['project', { project_id: 'other' }],
    ['profile', { profile: 'bare', instance_id: 'gw1', project_id: 'p1' }],
  ])('refuses an id that is taken with another %s', async (_, difference) => {
    const pendingOne = createApi({}, { pending: [pendingTask({ taskId: 't1' })] });
    const finalOne = createApi({}, { results: [taskResult({ taskId: 't1' })] });
    for (const { call } of [pendingOne, finalOne]) {
      const reply = await call('POST', '/tasks', { body: { task_id: 't1', ...difference } });
      expect(reply.status).toBe(409);
      expect(reply.json().type).toContain('conflicting-registration');
      const [[field = '', asked] = []] = Object.entries(difference);
      const registered = { instance_id: 'gw1', project_id: 'p1', profile: 'default' }[field];
      expect(reply.json().detail).toContain(`${field} "${registered}" (this request: "${asked}")`);
      expect(reply.json().errors).toEqual([{ pointer: `#/${field}`, detail: `is registered as "${registered}"` }]);
    }
  });

  it('names the way to what it refuses', async () => {
    const body = { task_id: 't1', instance_id: 'other', project_id: 'other' };
    const detailWith = async (rows: Parameters<typeof createApi>[1]) =>
      (await createApi({}, rows).call('POST', '/tasks', { body })).json().detail;
    expect(await detailWith({ pending: [pendingTask({ taskId: 't1' })] })).toBe(
      'Task "t1" is already registered with instance_id "gw1" (this request: "other") and project_id "p1" ' +
        '(this request: "other"). To change it, send DELETE /tasks/t1 first.',
    );
    expect(await detailWith({ results: [taskResult({ taskId: 't1', outcome: 'expired' })] })).toMatch(
      /To watch it again with other values, send POST \/tasks\/t1\/watch\.$/,
    );
    expect(await detailWith({ results: [taskResult({ taskId: 't1' })] })).toMatch(/It ended as succeeded: GET/);
  });

  it('gives the final record when the task settles between the read and the put, and leaves no row behind', async () => {
    const { results: settled } = createApi({}, { results: [taskResult({ taskId: 't1' })] });
    let reads = 0;
    const results = { ...settled, get: async (id: string) => (reads++ === 0 ? undefined : settled.get(id)) };
    const { call, pending } = createApi({ results });
    const reply = await call('POST', '/tasks', { body: { task_id: 't1' } });
    expect(reply.status).toBe(200);
    expect(reply.json().state).toBe('final');
    expect(pending.rows.size).toBe(0);
  });

  it('keeps one record when two registrations race', async () => {
    const { call, pending } = createApi();
    const replies = await Promise.all([1, 2, 3].map(() => call('POST', '/tasks', { body: { task_id: 't1' } })));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 200, 202]);
    expect(pending.rows.size).toBe(1);
  });

  it('asks for instance_id where the profile has no gateway', async () => {
    const { call } = createApi();
    const reply = await call('POST', '/tasks', { body: { task_id: 't1', profile: 'bare' } });
    expect(reply.status).toBe(400);
    expect(reply.json().errors).toEqual([
      { pointer: '#/instance_id', detail: 'is required: the profile has no default gateway' },
    ]);
  });

  it.each(['nobody', 'constructor', '__proto__'])(
    'refuses the unknown profile %s and names those there are',
    async (profile) => {
      const { call } = createApi();
      const reply = await call('POST', '/tasks', { body: { task_id: 't1', profile } });
      expect(reply.status).toBe(400);
      const detail = 'is not a configured profile (known: default, bare)';
      expect(reply.json().errors).toEqual([{ pointer: '#/profile', detail }]);
    },
  );

  it('names no more than ten profiles', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `p-${index}`);
    const profiles = async () => Object.fromEntries(names.map((name) => [name, { project_id: 'p' }]));
    const reply = await createApi({ profiles }).call('POST', '/tasks', { body: { task_id: 't1', profile: 'x' } });
    expect(reply.json().detail).toContain(`(known: ${names.slice(0, 10).join(', ')} and 2 more)`);
  });

  it('asks for a profile where none is called default', async () => {
    const { call } = createApi({ profiles: async () => ({ other: { project_id: 'p' } }) });
    const reply = await call('POST', '/tasks', { body: { task_id: 't1', instance_id: 'gw' } });
    expect(reply.json().errors).toEqual([
      { pointer: '#/profile', detail: 'is required: there is no profile "default" (known: other)' },
    ]);
    const empty = createApi({ profiles: async () => ({}) });
    expect((await empty.call('POST', '/tasks', { body: { task_id: 't1' } })).json().detail).toContain(
      'there are no profiles yet',
    );
  });
});

describe('what POST /tasks refuses', () => {
  it.each([
    [{}, '#/task_id', 'is required'],
    [{ task_id: 7 }, '#/task_id', 'must be 1 to 64 characters'],
    [{ task_id: 'a b' }, '#/task_id', 'must be 1 to 64 characters'],
    [{ task_id: 'a\n' }, '#/task_id', 'must be 1 to 64 characters'],
    [{ task_id: 'x'.repeat(65) }, '#/task_id', 'must be 1 to 64 characters'],
    [{ task_id: 't', label: '   ' }, '#/label', 'printable'],
    [{ task_id: 't', label: 'a\u0000' }, '#/label', 'printable'],
    [{ task_id: 't', label: '\ud800' }, '#/label', 'printable'],
    [{ task_id: 't', label: `${' '.repeat(900_000)}\u0000` }, '#/label', 'printable'],
    [{ task_id: 't', label: 'a\u202eb' }, '#/label', 'printable'],
    [{ task_id: 't', label: 'x'.repeat(129) }, '#/label', 'printable'],
    [{ task_id: 't', deadline_seconds: 59 }, '#/deadline_seconds', 'from 60 to 604800'],
    [{ task_id: 't', deadline_seconds: 604_801 }, '#/deadline_seconds', 'from 60 to 604800'],
    [{ task_id: 't', deadline_seconds: 60.5 }, '#/deadline_seconds', 'from 60 to 604800'],
    [{ task_id: 't', deadline_seconds: '60' }, '#/deadline_seconds', 'from 60 to 604800'],
    [{ task_id: 't', instance_id: null }, '#/instance_id', 'must be 1 to 64 characters'],
    [{ task_id: 't', taskId: 't' }, '#/taskId', 'is not a known field'],
    [{ task_id: 't', 'a/b~': 1 }, '#/a~1b~0', 'is not a known field'],
    [{ task_id: 't', callback_url: 'http://example.com/' }, '#/callback_url', 'https'],
    [{ task_id: 't', callback_url: 'http://127.0.0.1/' }, '#/callback_url', 'https'],
    [{ task_id: 't', callback_url: 'example.com' }, '#/callback_url', 'absolute'],
    [{ task_id: 't', callback_url: 'https://u:p@example.com/' }, '#/callback_url', 'user name'],
    [{ task_id: 't', callback_url: 'https://u@example.com/' }, '#/callback_url', 'user name'],
    [{ task_id: 't', callback_url: 'https://:p@example.com/' }, '#/callback_url', 'user name'],
    [{ task_id: 't', callback_url: `https://example.com/${'x'.repeat(2048)}` }, '#/callback_url', '2048'],
    [[], '#', 'must be a JSON object'],
    ['text', '#', 'must be a JSON object'],
    [null, '#', 'must be a JSON object'],
  ])('%j: %s %s', async (body, pointer, detail) => {
    const { call, pending } = createApi();
    const reply = await call('POST', '/tasks', { body });
    expect(reply.status).toBe(400);
    expect(reply.json().errors).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
    expect(pending.rows.size).toBe(0);
  });

  it('names every field to change at once', async () => {
    const { call } = createApi();
    const reply = await call('POST', '/tasks', { body: { label: '', color: 1, size: 2 } });
    const pointers = reply.json().errors.map((error) => error.pointer);
    expect(pointers.sort()).toEqual(['#/color', '#/label', '#/size', '#/task_id']);
  });

  it('lists no more than fifty of what is wrong, and says how many there are', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`key${i}`, 1]));
    const reply = await createApi().call('POST', '/tasks', { body: { task_id: 't', ...unknown } });
    expect(reply.json().errors).toHaveLength(50);
    expect(reply.json().detail).toContain('(and 399 more)');
  });

  it('names __proto__ as any other unknown field', async () => {
    const { call } = createApi();
    const reply = await call('POST', '/tasks', { rawBody: '{"task_id":"t","__proto__":{"profile":"bare"}}' });
    expect(reply.status).toBe(400);
    expect(reply.json().errors).toEqual([{ pointer: '#/__proto__', detail: 'is not a known field' }]);
  });
});

describe('callback_url', () => {
  it('is kept, and shown without the path that may hold a secret', async () => {
    const { call, pending } = createApi();
    const callbackUrl = 'https://hooks.example.com:8443/in?token=s3cret';
    const reply = await call('POST', '/tasks', { body: { task_id: 't1', callback_url: callbackUrl } });
    expect(reply.json().callback_origin).toBe('https://hooks.example.com:8443');
    expect(reply.body.toString()).not.toContain('s3cret');
    expect(pending.rows.get('t1')?.callbackUrl).toBe(callbackUrl);
  });

  it.each(['http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]:80/'])(
    'may be %s in local mode',
    async (url) => {
      const { call } = createApi({ allowLoopbackCallbacks: true });
      expect((await call('POST', '/tasks', { body: { task_id: 't1', callback_url: url } })).status).toBe(202);
    },
  );

  it.each(['http://127.0.0.1.example.com/', 'ftp://127.0.0.1/'])('may not be %s even there', async (url) => {
    const { call } = createApi({ allowLoopbackCallbacks: true });
    expect((await call('POST', '/tasks', { body: { task_id: 't1', callback_url: url } })).status).toBe(400);
  });
});
