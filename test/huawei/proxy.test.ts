import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Profile } from '../../functions/huawei/profiles.ts';
import { createHuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { answerJson, manualClock, startServer } from './loopback-server.ts';

const TASK = { taskId: 't1', instanceId: 'i1', projectId: 'p1', profile: 'main' };
const KEY = { project_id: 'p1', ak: 'AK1', sk: 'SK1' };
const LOGIN = { project_id: 'p1', domain_name: 'domain', user_name: 'user', password: 'pass' };
const TLS_HANDSHAKE = 0x16;

/** A proxy that opens every tunnel, notes whom the bytes in it are for, and closes it. */
async function startProxy() {
  const asked: string[] = [];
  const tunnelled: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      asked.push(head.toString().split('\r\n', 1)[0] ?? '');
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.once('data', (hello) => {
        tunnelled.push(hello);
        socket.destroy();
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, tunnelled, [Symbol.asyncDispose]: async () => void server.close() };
}

async function poll(profile: Profile) {
  const query = createHuaweiTaskQuery({
    profiles: async () => ({ profiles: { main: profile } }),
    clock: manualClock(),
    timeoutMs: 2_000,
  });
  const observed = await query.poll(TASK);
  await query.close();
  return observed;
}

beforeEach(() => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

test.each([
  ['polls', KEY, 'apig.eu-west-101.myhuaweicloud.eu', 1],
  ['sign-ins', LOGIN, 'iam.eu-west-101.myhuaweicloud.eu', 3],
] as const)('%s go through HTTPS_PROXY in a TLS tunnel', async (_, profile, host, tries) => {
  await using proxy = await startProxy();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  expect(await poll({ ...profile, region: 'eu-west-101' })).toMatchObject({ fault: { error: { code: 'CONNECTION' } } });
  expect(proxy.asked).toEqual(Array(tries).fill(`CONNECT ${host}:443 HTTP/1.1`));
  expect(proxy.tunnelled[0]?.[0]).toBe(TLS_HANDSHAKE);
  expect(proxy.tunnelled[0]?.includes(host)).toBe(true);
});

test('a proxy that refuses is a connection fault, with its status', async () => {
  await using refusing = await startServer((_, response) => response.end());
  vi.stubEnv('HTTPS_PROXY', refusing.origin);
  // An HTTP server without a listener for CONNECT closes the connection.
  expect(await poll({ ...KEY, region: 'eu-west-101' })).toMatchObject({
    fault: { class: 'transient', error: { code: 'CONNECTION' } },
  });
});

test('a host in NO_PROXY is asked directly', async () => {
  await using proxy = await startProxy();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', '127.0.0.1');
  await using server = await startServer(() => undefined);
  const direct = server.origin.replace('http:', 'https:');
  expect(await poll({ ...KEY, apig_endpoint: direct })).toMatchObject({ fault: { error: { code: 'CONNECTION' } } });
  expect(proxy.asked).toEqual([]);
  expect(server.connections()).toBe(1);
});

test('plain http, which is for loopback addresses, uses no proxy', async () => {
  await using proxy = await startProxy();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  vi.stubEnv('HTTP_PROXY', proxy.url);
  await using server = await startServer((_, response) => answerJson(response, 200, { task_status: 'waiting' }));
  expect(await poll({ ...KEY, apig_endpoint: server.origin })).toMatchObject({ kind: 'pending' });
  expect(proxy.asked).toEqual([]);
});

test.each(['proxy.example:3128', 'user:secret@proxy', 'ftp://user:secret@proxy'])(
  'HTTPS_PROXY=%s is named as wrong, without its value',
  async (value) => {
    vi.stubEnv('HTTPS_PROXY', value);
    const observed = await poll({ ...KEY, region: 'eu-west-101' });
    expect(observed).toMatchObject({ fault: { error: { message: expect.stringContaining('HTTPS_PROXY is not') } } });
    expect(JSON.stringify(observed)).not.toContain('secret');
  },
);
