import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createHuaweiTaskQuery, type HuaweiTaskQueryOptions } from '../../functions/huawei/task-query.ts';
import { manualClock, type Respond, startServer } from './loopback-server.ts';

const TASK = { taskId: 't1', instanceId: 'i1', projectId: 'p1', profile: 'main' };
const transient = (code: string) => ({ kind: 'fault', fault: { class: 'transient', error: { code } } });

function queryOf(origin: string, options: Partial<HuaweiTaskQueryOptions> = {}) {
  const main = { project_id: 'p1', auth_token: 'secret-token', apig_endpoint: origin };
  const query = createHuaweiTaskQuery({
    profiles: async () => ({ profiles: { main } }),
    clock: manualClock(),
    ...options,
  });
  return Object.assign(query, { [Symbol.asyncDispose]: () => query.close() });
}

async function pollOnce(respond: Respond, options: Partial<HuaweiTaskQueryOptions> = {}) {
  await using server = await startServer(respond);
  await using query = queryOf(server.origin, options);
  return await query.poll(TASK);
}

describe('the way there', () => {
  test('refused is a connection fault', async () => {
    const server = await startServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using query = queryOf(server.origin);
    expect(await query.poll(TASK)).toMatchObject(transient('CONNECTION'));
  });

  test('reset is a connection fault', async () => {
    expect(await pollOnce((_, response) => response.socket?.resetAndDestroy())).toMatchObject(transient('CONNECTION'));
  });

  test('that does not speak HTTP is a connection fault', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using query = queryOf(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    expect(await query.poll(TASK)).toMatchObject(transient('CONNECTION'));
    server.close();
  });

  test('is usable again after a fault', async () => {
    let isFirst = true;
    await using server = await startServer((_, response) => {
      if (isFirst) response.socket?.destroy();
      else response.end('{"task_status":"waiting"}');
      isFirst = false;
    });
    await using query = queryOf(server.origin);
    expect(await query.poll(TASK)).toMatchObject(transient('CONNECTION'));
    expect(await query.poll(TASK)).toMatchObject({ kind: 'pending' });
  });

  test('after closing is a connection fault', async () => {
    await using server = await startServer((_, response) => response.end('{"task_status":"waiting"}'));
    const query = queryOf(server.origin);
    await query.poll(TASK);
    await query.close();
    expect(await query.poll(TASK)).toMatchObject(transient('CONNECTION'));
  });
});

describe('time', () => {
  test('runs out for an answer that does not begin', async () => {
    expect(await pollOnce(() => undefined, { timeoutMs: 50 })).toMatchObject(transient('TIMEOUT'));
  });

  test('runs out for a body that stops', async () => {
    const respond: Respond = (_, response) => response.write('{"task_status":');
    expect(await pollOnce(respond, { timeoutMs: 50 })).toMatchObject(transient('TIMEOUT'));
  });

  test('is over when the caller says so, before, while waiting, and while queued for a socket', async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await startServer(() => arrived.resolve());
    await using query = queryOf(server.origin, { connections: 1 });
    expect(await query.poll(TASK, { signal: AbortSignal.abort() })).toMatchObject(transient('ABORTED'));
    const stop = new AbortController();
    const polls = [query.poll(TASK, { signal: stop.signal }), query.poll(TASK, { signal: stop.signal })];
    await arrived.promise;
    stop.abort();
    for (const poll of polls) expect(await poll).toMatchObject(transient('ABORTED'));
    expect(server.received).toHaveLength(1);
  });

  test('is over in the middle of an answer that drips', async () => {
    const stop = new AbortController();
    const closed = Promise.withResolvers<void>();
    const respond: Respond = (_, response) => {
      response.once('close', closed.resolve).write('{"task_status":');
      setImmediate(() => stop.abort());
    };
    await using server = await startServer(respond);
    await using query = queryOf(server.origin);
    expect(await query.poll(TASK, { signal: stop.signal })).toMatchObject(transient('ABORTED'));
    await closed.promise;
  });

  test('that the caller gave is named as such', async () => {
    await using server = await startServer(() => undefined);
    await using query = queryOf(server.origin);
    expect(await query.poll(TASK, { signal: AbortSignal.timeout(20) })).toMatchObject(transient('TIMEOUT'));
  });
});

describe('the body', () => {
  const tooLarge = {
    kind: 'fault',
    fault: {
      class: 'permanent',
      error: {
        code: 'ANSWER_TOO_LARGE',
        message: expect.stringContaining('larger than what is read here'),
      },
    },
  };

  test('past the cap by its declared length is not read', async () => {
    const respond: Respond = (_, response) =>
      response.writeHead(200, { 'content-length': 1_001 }).end('x'.repeat(1_001));
    expect(await pollOnce(respond, { maxBodyBytes: 1_000 })).toEqual(tooLarge);
  });

  test('past the cap as it comes is cut off', async () => {
    let closed: Promise<unknown> | undefined;
    const respond: Respond = (_, response) => {
      closed = once(response, 'close');
      const more = () => {
        while (response.write('x'.repeat(400))) if (response.destroyed) return;
        response.once('drain', more);
      };
      more();
    };
    expect(await pollOnce(respond, { maxBodyBytes: 1_000 })).toEqual(tooLarge);
    await closed;
  });

  test('of exactly the cap is read', async () => {
    const body = JSON.stringify({ task_status: 'waiting', pad: 'x'.repeat(966) });
    expect(body).toHaveLength(1_000);
    expect(await pollOnce((_, response) => response.end(body), { maxBodyBytes: 1_000 })).toMatchObject({
      kind: 'pending',
    });
  });

  test('shorter than its declared length is a connection fault', async () => {
    const respond: Respond = (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"task_status":"wai');
      response.socket?.end();
    };
    expect(await pollOnce(respond)).toMatchObject(transient('CONNECTION'));
  });
});

test('no fault holds the token', async () => {
  const faults = [
    await pollOnce((_, response) => response.destroy()),
    await pollOnce((_, response) => response.writeHead(502).end('secret in a page: no')),
    await pollOnce(() => undefined, { timeoutMs: 20 }),
  ];
  expect(faults.map(({ kind }) => kind)).toStrictEqual(['fault', 'fault', 'fault']);
  expect(JSON.stringify(faults)).not.toContain('secret');
});
