import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../functions/tasks/ports.ts';

export type Received = { method: string; path: string; headers: IncomingMessage['headers']; body: string };
export type Respond = (received: Received, response: ServerResponse) => void;

/** A real HTTP server on a free loopback port that remembers what it received. Its headers may be larger than Node's 16 KiB. */
export async function startServer(respond: Respond) {
  const received: Received[] = [];
  const sockets = new Set<unknown>();
  const server = createServer({ maxHeaderSize: 2 ** 17 }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
    received.push(one);
    respond(one, response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const answerJson = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** A clock that stands still until it is told to move. */
export function manualClock(startMs = Date.parse('2026-11-24T12:00:00Z')): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    advance(ms) {
      nowMs += ms;
    },
  };
}
