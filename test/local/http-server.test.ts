import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ApiEvent, ApiResponse } from '../../functions/http/api-event.ts';
import { MAX_BODY_BYTES } from '../../functions/http/read-request.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../local/http-server.ts';
import { API_KEY, createApi, taskResult } from '../http/support/api.ts';

const open: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const { handler } = createApi({}, { results: [taskResult()] });
  const server = await startHttpServer({ handler, host: '127.0.0.1', port: 0, ...options });
  open.push(server);
  return server;
}

/** Keeps the events and answers them all in one way. */
function recorder(answer: ApiResponse = { statusCode: 200, headers: {}, body: 'ok' }) {
  const events: ApiEvent[] = [];
  const handler = async (event: ApiEvent) => {
    events.push(event);
    return answer;
  };
  return { events, handler };
}

function dial({ url }: HttpServer): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

async function exchange(server: HttpServer, bytes: string | Uint8Array): Promise<string> {
  const socket = dial(server);
  socket.on('error', () => {});
  socket.end(bytes);
  return text(socket).catch(() => '');
}

describe('startHttpServer', () => {
  it('serves the API', async () => {
    const { url } = await start();
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const posted = await fetch(`${url}/tasks`, { method: 'POST', headers, body: '{"task_id":"t1","label":"ü"}' });
    expect([posted.status, posted.headers.get('location')]).toEqual([202, '/tasks/t1']);
    expect(await (await fetch(`${url}/tasks/t1`, { headers })).json()).toMatchObject({ state: 'pending', label: 'ü' });
    expect((await fetch(`${url}/tasks/t1`, { method: 'DELETE', headers })).status).toBe(204);
    const head = await fetch(`${url}/tasks/f1`, { method: 'HEAD', headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('has the forms of two imports in memory at once, whatever else is asked meanwhile', async () => {
    const held: (() => void)[] = [];
    const begun: string[] = [];
    const handler = async ({ rawPath }: ApiEvent): Promise<ApiResponse> => {
      begun.push(rawPath);
      if (rawPath === '/imports') await new Promise<void>((resolve) => held.push(resolve));
      return { statusCode: 200, headers: {}, body: 'ok' };
    };
    const { url } = await start({ handler });
    const imports = Array.from({ length: 5 }, () => fetch(`${url}/imports`, { method: 'POST', body: 'x' }));
    await expect.poll(() => begun.length).toBe(2);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(begun).toEqual(['/imports', '/imports', '/health']);
    for (let ended = 0; ended < imports.length; ended += 1) {
      await expect.poll(() => held.length).toBeGreaterThan(0);
      held.shift()?.();
    }
    expect((await Promise.all(imports)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('lets strangers who send slowly hold up no import', async () => {
    const mayImport = async (authorization: string | undefined) => authorization === 'Bearer key';
    const { events, handler } = recorder({ statusCode: 401, headers: {}, body: 'no' });
    const server = await start({ handler, mayImport });
    const head = 'POST /imports HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nslowly';
    const strangers = Array.from({ length: 3 }, () => dial(server));
    for (const stranger of strangers) stranger.on('error', () => {}).write(head);
    const headers = { authorization: 'Bearer key' };
    await fetch(`${server.url}/imports`, { method: 'POST', headers, body: 'x' });
    expect(events).toHaveLength(1);
    for (const stranger of strangers) stranger.destroy();
    await fetch(`${server.url}/imports`, { method: 'POST', body: 'x'.repeat(5_000_000) });
    // What he sent is not even handed on.
    expect(events.map(({ body }) => body)).toEqual(['eA==', undefined]);
  });

  it('gives the turn of an import whose client falls silent to the next one', async () => {
    const server = await start({ ...recorder(), silenceMs: 200 });
    const stalled = Array.from({ length: 2 }, () => dial(server));
    const head = 'POST /imports HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nhalf';
    for (const client of stalled) client.on('error', () => {}).write(head);
    const cut = Promise.all(stalled.map((client) => once(client, 'close')));
    expect((await fetch(`${server.url}/imports`, { method: 'POST', body: 'x' })).status).toBe(200);
    await cut;
  });

  it('waits for a body that arrives in pieces', async () => {
    const { events, handler } = recorder();
    const server = await start({ handler, silenceMs: 400 });
    const pieces = async function* () {
      for (const piece of ['one ', 'two ', 'three ', 'four']) {
        yield Buffer.from(piece);
        await delay(150);
      }
    };
    const init = { method: 'POST', body: ReadableStream.from(pieces()), duplex: 'half' } as const;
    expect((await fetch(`${server.url}/imports`, init)).status).toBe(200);
    expect(Buffer.from(String(events[0]?.body), 'base64').toString()).toBe('one two three four');
  });

  it('says no length to HEAD but that of the body that GET has', async () => {
    const { url } = await start();
    const lengthOf = async (method: string) => (await fetch(`${url}/health`, { method })).headers.get('content-length');
    expect(await lengthOf('GET')).toBe('15');
    expect(await lengthOf('HEAD')).toBeNull();
  });

  it('turns a request into an event, byte for byte', async () => {
    const { events, handler } = recorder();
    const server = await start({ handler });
    const body = new Uint8Array([0xff, 0, 0x7b]);
    await fetch(`${server.url}/a%20b?x=1&x=%ff`, { method: 'POST', body, headers: { 'X-Odd': 'Yes' } });
    expect(events[0]).toMatchObject({
      version: '2.0',
      rawPath: '/a%20b',
      rawQueryString: 'x=1&x=%ff',
      headers: { 'x-odd': 'Yes' },
      requestContext: { http: { method: 'POST', path: '/a%20b' } },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    });
  });

  it.each([
    ['http://example.com/tasks?a=1', '/tasks', 'a=1'],
    ['HTTP://example.com', '/', ''],
    ['*', '/*', ''],
    ['//tasks', '//tasks', ''],
    ['/?', '/', ''],
  ])('reads the target %s', async (target, path, query) => {
    const { events, handler } = recorder();
    await exchange(await start({ handler }), `OPTIONS ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(events[0]).toMatchObject({ rawPath: path, rawQueryString: query });
  });

  it('streams a body and sends bytes as they are', async () => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const stream = await start(recorder({ statusCode: 200, headers: {}, body: new Blob([bytes]).stream() }));
    const base64 = Buffer.from(bytes).toString('base64');
    const inline = await start(recorder({ statusCode: 200, headers: {}, body: base64, isBase64Encoded: true }));
    for (const { url } of [stream, inline]) {
      expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
    }
  });

  it('cuts the connection off when a stream breaks, so that half a document is not taken for a whole one', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.error(new Error('disk'));
      },
    });
    const { url } = await start(recorder({ statusCode: 200, headers: {}, body }));
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
  });
});

describe('what clients do wrong', () => {
  it.each(['announced', 'sent in chunks'])(
    'a body over 1 MB, %s, is a 413 that the client gets to read',
    async (how) => {
      const { url } = await start();
      const bytes = new Uint8Array(8 * MAX_BODY_BYTES);
      const body = how === 'announced' ? bytes : new Blob([bytes]).stream();
      const init: RequestInit = { method: 'POST', body, duplex: 'half' };
      const reply = await fetch(`${url}/tasks`, init);
      expect([reply.status, reply.headers.get('content-type')]).toEqual([413, 'application/problem+json']);
    },
  );

  it.each([
    ['nonsense', 'nonsense\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST /tasks HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
  ])('%s is answered with a problem', async (_, bytes, status) => {
    const answer = await exchange(await start(), bytes);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status });
  });

  it('a body that does not come is a 408', async () => {
    const socket = dial(await start({ requestTimeoutMs: 100 }));
    socket.write('POST /tasks HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
    expect(await text(socket)).toContain('HTTP/1.1 408 ');
  });

  it('no bytes are answered with a 5xx, and the server lives on', async () => {
    const server = await start();
    const line = fc.tuple(
      fc.constantFrom('GET', 'POST', 'DELETE', 'CONNECT', 'TRACE', 'FOO'),
      fc.string({ unit: 'binary' }).map((path) => `/${path}`),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9'),
    );
    const header = fc.tuple(fc.constantFrom('authorization', 'content-type', 'expect', 'upgrade', 'x'), fc.string());
    const request = fc
      .tuple(line, fc.array(header, { maxLength: 4 }), fc.uint8Array())
      .map(([first, headers, body]) =>
        Buffer.concat([
          Buffer.from(
            `${first.join(' ')}\r\nhost: x\r\n${headers.map((pair) => `${pair.join(': ')}\r\n`).join('')}\r\n`,
          ),
          body,
        ]),
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(request, fc.uint8Array()), async (bytes) => {
        expect(await exchange(server, bytes)).not.toMatch(/^HTTP\/1\.1 5/);
      }),
      { numRuns: 300 },
    );
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  }, 60_000);
});

describe('close', () => {
  /** Which of the two comes first: that it closed, or three seconds, which is less than `fetch` keeps a connection. */
  const endOf = (closed: Promise<void>) =>
    Promise.race([closed.then(() => 'closed'), delay(3_000, 'still open', { ref: false })]);

  it('lets a request in flight end, and takes no other', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<ApiResponse>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const server = await startHttpServer({
      handler: () => {
        arrive();
        return answer;
      },
      host: '127.0.0.1',
      port: 0,
      closeGraceMs: 60_000,
    });
    const reply = fetch(server.url);
    await arrived;
    const closed = server.close();
    await expect(fetch(server.url)).rejects.toThrow();
    resolve({ statusCode: 200, headers: {}, body: 'done' });
    expect(await (await reply).text()).toBe('done');
    // The client keeps the connection, which must not hold the server up.
    expect(await endOf(closed)).toBe('closed');
  });

  it('cuts off what is not over after its grace, and not before', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const handler = () => new Promise<ApiResponse>(() => arrive());
    const server = await startHttpServer({ handler, host: '127.0.0.1', port: 0, closeGraceMs: 200 });
    const socket = dial(server);
    onTestFinished(() => void socket.destroy());
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await arrived;
    const closingMs = performance.now();
    expect(await endOf(server.close())).toBe('closed');
    expect(performance.now() - closingMs).toBeGreaterThan(190);
    expect(await text(socket).catch(() => '')).toBe('');
  });

  it('fails to start on a port that is taken', async () => {
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE');
  });
});
