import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** Stands between the service and the simulator, and notes what was begun. */
export type GatewayWitness = {
  url: string;
  /** How many imports the simulator has begun, by the title of their file. */
  begunImports: Map<string, number>;
  close(): void;
};

/** So long the answer to a start is held back at most, so that many a kill comes between the call and its answer. */
const HELD_MS = 400;

export async function startGatewayWitness(simulatorUrl: string): Promise<GatewayWitness> {
  const begunImports = new Map<string, number>();
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const { statusCode: status = 502, headers, answer } = await forward(simulatorUrl, request, body);
    if (/async-(im|ex)port$/.test(request.url?.split('?')[0] ?? '')) {
      const title = /"title":"([^"]+)"/.exec(body.toString())?.[1];
      if (status === 202 && title !== undefined) begunImports.set(title, (begunImports.get(title) ?? 0) + 1);
      await delay(Math.random() * HELD_MS);
    }
    response.writeHead(status, headers).end(answer);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, begunImports, close };
}

/** With the headers as they are, because they are signed. The simulator carries out what it has, whoever dies meanwhile. */
async function forward(origin: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  const call = httpRequest(origin + url, { method: method ?? 'GET', headers });
  call.end(body);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { statusCode: answer.statusCode, headers: answer.headers, answer: await buffer(answer) };
}
