import { describe, expect, it } from 'vitest';
import { createApi, taskResult } from './support/api.ts';

const rows = { results: [taskResult({ taskId: 'f1' })] };
const FIREFOX = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('a link to a task, followed without a key', () => {
  it.each([FIREFOX, 'text/html', 'application/xml, Text/HTML ;q=0.5'])('leads to the page for %s', async (accept) => {
    const { call } = createApi({}, rows);
    for (const method of ['GET', 'HEAD']) {
      const reply = await call(method, '/tasks/f1?utm=mail', { key: null, headers: { Accept: accept } });
      expect([reply.status, reply.headers.location]).toEqual([303, '/#f1']);
      expect(reply.headers['cache-control']).toBe('no-store');
      expect(reply.body).toHaveLength(0);
    }
  });

  it('does not tell whether there is such a task', async () => {
    const reply = await createApi({}, rows).call('GET', '/tasks/nobody', {
      key: null,
      headers: { accept: 'text/html' },
    });
    expect(reply.status).toBe(303);
  });

  it.each(['*/*', 'application/json', 'application/json, */*', 'text/html;q=0', 'text/htmlx', 'text/*', ''])(
    'is a 401 for the Accept header %j',
    async (accept) => {
      const reply = await createApi({}, rows).call('GET', '/tasks/f1', { key: null, headers: { accept } });
      expect(reply.status).toBe(401);
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer realm=/);
    },
  );

  it('is a 401 with no Accept header, on other routes, and for what cannot be an id', async () => {
    const { call } = createApi({}, rows);
    const headers = { accept: FIREFOX };
    expect((await call('GET', '/tasks/f1', { key: null })).status).toBe(401);
    expect((await call('GET', '/tasks/f1/definition', { key: null, headers })).status).toBe(401);
    expect((await call('GET', '/tasks', { key: null, headers })).status).toBe(401);
    expect((await call('DELETE', '/tasks/f1', { key: null, headers })).status).toBe(401);
    expect((await call('GET', '/tasks/a%20b', { key: null, headers })).status).toBe(401);
  });

  it('is the task itself, or a 401, once there is an Authorization header', async () => {
    const { call } = createApi({}, rows);
    const headers = { accept: FIREFOX };
    expect((await call('GET', '/tasks/f1', { headers })).status).toBe(200);
    expect((await call('GET', '/tasks/f1', { key: 'unknown', headers })).status).toBe(401);
    expect(
      (await call('GET', '/tasks/f1', { key: null, headers: { ...headers, authorization: 'Basic x' } })).status,
    ).toBe(401);
  });
});
