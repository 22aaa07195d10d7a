import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type PostOptions, postToWebhook } from '../../../functions/channels/webhook/post.ts';
import { createFakeClock, START_MS } from '../../support/fixtures.ts';
import { type Answer, startReceiver } from './receiver.ts';

const HEADERS = { 'webhook-id': 't:failed', 'content-type': 'application/cloudevents+json' };
const BODY = '{"text":"hello – wörld 😀"}';
const LOOPBACK = { address: '127.0.0.1', family: 4 };

function post(url: string, options: Partial<PostOptions> = {}) {
  const usual = { clock: createFakeClock(), allowLoopback: true, timeoutMs: 5_000 };
  return postToWebhook({ url, headers: HEADERS, body: BODY }, { ...usual, ...options });
}

async function postTo(answer: Answer, options: Partial<PostOptions> = {}) {
  await using receiver = await startReceiver();
  receiver.answerWith(answer);
  return { answer: await post(receiver.url, options), received: receiver.received };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('a webhook', () => {
  it('gets the body byte for byte, with its headers', async () => {
    const { answer, received } = await postTo({ status: 200, body: 'thanks' });
    expect(answer).toEqual({ kind: 'delivered', httpStatus: 200 });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ path: '/hooks/path-token?key=query-token', body: BODY, headers: HEADERS });
    expect(received[0]?.headers['content-length']).toBe(String(Buffer.byteLength(BODY)));
    expect(received[0]?.headers.connection).toBe('close');
  });

  it.each([
    [202, { kind: 'delivered', httpStatus: 202 }],
    [410, { kind: 'gone', httpStatus: 410, reason: 'HTTP 410' }],
    [400, { kind: 'unavailable', httpStatus: 400, reason: 'HTTP 400' }],
    [401, { kind: 'unavailable', httpStatus: 401, reason: 'HTTP 401' }],
    [404, { kind: 'unavailable', httpStatus: 404, reason: 'HTTP 404' }],
    [503, { kind: 'unavailable', httpStatus: 503, reason: 'HTTP 503' }],
    [304, { kind: 'refused', httpStatus: 304, reason: 'HTTP 304: no redirects' }],
  ])('that answers %i is %j', async (status, expected) => {
    expect((await postTo({ status })).answer).toEqual(expected);
  });

  it.each([301, 302, 303, 307, 308])('that redirects with %i is not followed', async (status) => {
    await using elsewhere = await startReceiver();
    const { answer } = await postTo({ status, headers: { location: elsewhere.url } });
    expect(answer).toEqual({ kind: 'refused', httpStatus: status, reason: `HTTP ${status}: no redirects` });
    expect(elsewhere.received).toEqual([]);
  });

  it.each([
    ['30', 30_000],
    [new Date(START_MS + 12_000).toUTCString(), 12_000],
  ])('that says to retry after %s is heard', async (value, retryAfterMs) => {
    const { answer } = await postTo({ status: 429, headers: { 'retry-after': value } });
    expect(answer).toEqual({ kind: 'unavailable', httpStatus: 429, reason: 'HTTP 429', retryAfterMs });
  });

  it('whose answer never ends is read a little and hung up on, long before its time is over', async () => {
    await using receiver = await startReceiver();
    receiver.answerWith('endless');
    expect(await post(receiver.url, { timeoutMs: 600_000 })).toEqual({ kind: 'delivered', httpStatus: 200 });
    await receiver.hungUp;
  });

  it('whose answer stalls after its status has told that status', async () => {
    expect((await postTo('stalls', { timeoutMs: 60 })).answer).toEqual({ kind: 'delivered', httpStatus: 200 });
  });

  it('that never answers times out', async () => {
    const { answer, received } = await postTo('never', { timeoutMs: 60 });
    expect(answer).toEqual({ kind: 'unavailable', reason: 'timed out' });
    expect(received).toHaveLength(1);
  });

  it('whose name is never resolved times out', async () => {
    const options = { timeoutMs: 20, resolve: () => new Promise<never>(() => {}) };
    expect(await post('https://hooks.example.test/', options)).toEqual({ kind: 'unavailable', reason: 'timed out' });
  });

  it('whose name is not known is unavailable, and no reason holds the URL', async () => {
    const notFound = () =>
      Promise.reject(Object.assign(new Error('getaddrinfo hooks.example.test'), { code: 'ENOTFOUND' }));
    const answer = await post('https://hooks.example.test/token', { resolve: notFound });
    expect(answer).toEqual({ kind: 'unavailable', reason: 'network error ENOTFOUND' });
  });

  it('that hangs up, or is not there, is unavailable', async () => {
    expect((await postTo('reset')).answer).toEqual({ kind: 'unavailable', reason: 'network error ECONNRESET' });
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await post(`http://127.0.0.1:${port}/x`)).toEqual({
      kind: 'unavailable',
      reason: 'network error ECONNREFUSED',
    });
  });
});

describe('the address of a webhook', () => {
  it('is looked up once, and the connection goes to what was checked: a name that is rebound changes nothing', async () => {
    await using receiver = await startReceiver();
    const answers = [[LOOPBACK], [{ address: '169.254.169.254', family: 4 }]];
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return answers.shift() ?? [];
    };
    const url = `http://hooks.example.test:${receiver.port}/x`;
    expect(await post(url, { resolve })).toEqual({ kind: 'delivered', httpStatus: 204 });
    expect(receiver.received[0]?.headers.host).toBe(`hooks.example.test:${receiver.port}`);
    expect(asked).toEqual(['hooks.example.test']);
    expect(await post(url, { resolve })).toMatchObject({ kind: 'refused' });
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried in turn with the others of its host', async () => {
    await using receiver = await startReceiver();
    const resolve = async () => [{ address: '127.0.0.2', family: 4 }, LOOPBACK];
    const answer = await post(`http://hooks.example.test:${receiver.port}/x`, { resolve });
    expect(answer).toEqual({ kind: 'delivered', httpStatus: 204 });
  });

  it('is not connected to where it is this machine and that is not allowed', async () => {
    await using receiver = await startReceiver();
    const options = { allowLoopback: false, resolve: async () => [LOOPBACK] };
    for (const url of [`https://127.0.0.1:${receiver.port}/`, `https://hooks.example.test:${receiver.port}/`])
      expect(await post(url, options)).toEqual({
        kind: 'refused',
        reason: 'the host leads to an address that is not public',
      });
    expect(receiver.received).toEqual([]);
  });

  it('is spoken to in TLS, under the name of its host', async () => {
    const hellos: Buffer[] = [];
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .once('data', (hello) => {
          hellos.push(hello);
          socket.destroy();
        }),
    );
    const port = await listen(server);
    const answer = await post(`https://hooks.example.test:${port}/x`, { resolve: async () => [LOOPBACK] });
    await new Promise((resolve) => server.close(resolve));
    expect(answer).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/^network error/) });
    const [hello] = hellos;
    expect(hello?.[0], 'the record type of a TLS handshake').toBe(22);
    expect(hello?.includes('hooks.example.test')).toBe(true);
    expect(hello?.includes('webhook-id')).toBe(false);
  });
});
