import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createByteBudget } from '../../functions/huawei/byte-budget.ts';
import { createTransport } from '../../functions/huawei/transport.ts';

const MIB = 2 ** 20;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** A server whose every answer is this large, with or without its length in the head. */
async function serve(bytes: number, isChunked: boolean): Promise<string> {
  const body = Buffer.alloc(bytes, 'x');
  const server = createServer((_, response) => {
    if (!isChunked) response.setHeader('content-length', bytes);
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each([false, true])('large answers, chunked: %s', (isChunked) => {
  it('are read only as far as there is memory for them, and all of them in the end', async () => {
    const origin = await serve(4 * MIB, isChunked);
    const transport = createTransport({ maxBodyBytes: 4 * MIB });
    const budget = createByteBudget(9 * MIB);
    let held = 0;
    const read = async () => {
      const allowance = budget.open();
      const answer = await transport.send({ origin, path: '/', method: 'GET', headers: {}, allowance });
      held += 1;
      expect(held).toBeLessThanOrEqual(2);
      // Parsing and storing would come here.
      await new Promise((resolve) => setTimeout(resolve, 5));
      held -= 1;
      allowance.release();
      return answer.body.length;
    };
    expect(await Promise.all(Array.from({ length: 12 }, read))).toEqual(Array(12).fill(4 * MIB));
    await transport.close();
  });

  it('are let go when they are cut off while they wait', async () => {
    const origin = await serve(4 * MIB, isChunked);
    const transport = createTransport({ maxBodyBytes: 4 * MIB });
    const budget = createByteBudget(4 * MIB);
    const first = budget.open();
    await first.take(4 * MIB);
    const cutOff = new AbortController();
    const second = budget.open();
    const request = { origin, path: '/', method: 'GET', headers: {} } as const;
    const sent = transport.send({ ...request, allowance: second, signal: cutOff.signal });
    setTimeout(() => cutOff.abort(new Error('the window is over')), 50);
    await expect(sent).rejects.toThrow('the window is over');
    second.release();
    first.release();
    const third = budget.open();
    expect(await transport.send({ ...request, allowance: third })).toMatchObject({ status: 200 });
    await transport.close();
  });
});
