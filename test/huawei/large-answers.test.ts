import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Allowance, createByteBudget, createTransport } from '../../functions/huawei/transport.ts';

const MIB = 2 ** 20;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** A server whose every answer is this large, with or without its length in the head. */
async function serve(bytes: number, isChunked: boolean): Promise<string> {
  const body = Buffer.alloc(bytes, 'x');
  const server = createServer((_, response) => {
    // A head that is sent before the end of the body has no length.
    if (isChunked) response.flushHeaders();
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An allowance that grants everything and notes what was taken. */
function noteTaken() {
  const taken: number[] = [];
  return { taken, allowance: { take: async (bytes: number) => void taken.push(bytes), release: () => undefined } };
}

describe('an answer', () => {
  it.each([
    [MIB, false, []],
    [MIB, true, []],
    [MIB + 1, false, [MIB + 1]],
    [MIB + 1, true, [4 * MIB]],
    [3 * MIB, true, [4 * MIB]],
  ])('of %i bytes, chunked: %s, takes %j bytes of the memory', async (bytes, isChunked, expected) => {
    const origin = await serve(bytes, isChunked);
    const transport = createTransport({ maxBodyBytes: 4 * MIB });
    const { taken, allowance } = noteTaken();
    await transport.send({ origin, path: '/', method: 'GET', headers: {}, allowance });
    expect(taken).toEqual(expected);
    await transport.close();
  });
});

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
      await new Promise((resolve) => setImmediate(resolve));
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
    const waiting: Allowance = {
      take(bytes) {
        setImmediate(() => cutOff.abort(new Error('the window is over')));
        return second.take(bytes);
      },
      release: () => second.release(),
    };
    const sent = transport.send({ ...request, allowance: waiting, signal: cutOff.signal });
    await expect(sent).rejects.toThrow('the window is over');
    second.release();
    first.release();
    const third = budget.open();
    expect(await transport.send({ ...request, allowance: third })).toMatchObject({ status: 200 });
    await transport.close();
  });
});
