import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody that JSON is posted to, on a loopback port. */
export type Receiver = {
  url: string;
  /** What was posted, in order. */
  bodies: unknown[];
  close(): void;
};

/** Accepts whatever is posted. */
export async function startReceiver(path: string): Promise<Receiver> {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return { url, bodies, close: () => server.closeAllConnections() ?? server.close() };
}
