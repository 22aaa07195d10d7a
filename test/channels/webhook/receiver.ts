import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One answer; `never` keeps the connection open without a word, `stalls` stops after the headers, `endless` never ends its body. */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'never'
  | 'stalls'
  | 'endless'
  | 'reset';
export type Received = { path: string; headers: IncomingHttpHeaders; body: string };

export type Receiver = AsyncDisposable & {
  port: number;
  /** The URL of a hook, with a token in path and query as real ones have. */
  url: string;
  received: Received[];
  /** What the next posts get, in order; after those, and without any, 204. */
  answerWith(...answers: Answer[]): void;
  /** Resolves when the connection of the first post is closed. */
  hungUp: Promise<unknown>;
};

/** Somebody's webhook on a loopback port. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const planned: Answer[] = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', headers: request.headers, body: await text(request) });
    const answer = planned.shift() ?? { status: 204 };
    if (answer === 'never') return;
    if (answer === 'reset') return request.socket.destroy();
    if (answer === 'stalls') return response.writeHead(200).flushHeaders();
    if (answer === 'endless') {
      response.writeHead(200);
      const write = () => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', write);
      return write();
    }
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  });
  const hungUp = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    hungUp,
    port,
    received,
    url: `http://127.0.0.1:${port}/hooks/path-token?key=query-token`,
    answerWith: (...answers) => planned.push(...answers),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
