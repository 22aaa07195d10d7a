import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** One answer of the server; `never` keeps the connection open without a word. */
export type Answer = { status: number; body?: string; headers?: Record<string, string> } | 'never' | 'reset';
export type Received = { path: string; contentType: string; body: { text: string; blocks: unknown[] } };

export type SlackServer = AsyncDisposable & {
  url(channel: string): string;
  received: Received[];
  /** What the next posts to a channel get, in order; after those, and without any, `200 ok`. */
  answerWith(channel: string, ...answers: Answer[]): void;
};

/** A loopback stand-in for Slack's incoming webhooks. */
export async function startSlackServer(): Promise<SlackServer> {
  const received: Received[] = [];
  const planned = new Map<string, Answer[]>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const body = (await json(request)) as Received['body'];
    received.push({ path, contentType: request.headers['content-type'] ?? '', body });
    const answer = planned.get(path)?.shift() ?? { status: 200, body: 'ok' };
    if (answer === 'never') return;
    if (answer === 'reset') return request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'text/html', ...answer.headers }).end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const pathOf = (channel: string) => `/services/T0/B0/secret-${channel}`;
  return {
    received,
    url: (channel) => `http://127.0.0.1:${port}${pathOf(channel)}`,
    answerWith: (channel, ...answers) => planned.set(pathOf(channel), answers),
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
