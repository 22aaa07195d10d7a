import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Api } from './api.ts';
import type { Deployment } from './deploy.ts';
import type { World } from './world.ts';

type Ended = { outcome: string; completed_at: string };

const DURATIONS_MS = [3_000, 4_000, 5_500, 7_000, 9_000];
/** The service answers a waiting request at once and asks for two seconds; the rest is the way. */
const HEARD_MS = 3_000;

/** That the client watches tasks through the deployed API, and when it hears of their ends. */
export async function verifyClient({ report, simulator }: World, { api }: Deployment): Promise<void> {
  await using endpoint = await reachable(api);
  const ends = await Promise.all(
    DURATIONS_MS.map(async (processingMs) => {
      const watched = await watch(endpoint.url, simulator.control.addTask({ processingMs }));
      return { ...watched, lateMs: watched.heardAtMs - Date.parse(watched.tasks[0]?.completed_at ?? '') };
    }),
  );
  report.check(
    'each client exits with 0 and prints the outcome',
    ends.every(({ code, tasks: [task] }) => code === 0 && task?.outcome === 'succeeded'),
    ends,
  );
  const late = ends.map(({ lateMs }) => lateMs).toSorted((a, b) => a - b);
  report.note(
    `clients end ${late.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')} after the poller has seen the end`,
  );
  report.check(`each hears of the end within ${HEARD_MS / 1_000} s`, (late.at(-1) ?? HEARD_MS) < HEARD_MS, late);
}

/** A client that waits for tasks while the stack is deployed again; `ended` has what it printed. */
export async function watchMeanwhile({ report }: World, { api }: Deployment, taskIds: string[]) {
  const endpoint = await reachable(api);
  const watching = watch(endpoint.url, ...taskIds);
  // When the deployment fails, nobody asks for it.
  watching.catch(() => undefined);
  return {
    async verify() {
      const { code, tasks } = await watching;
      const outcomes = tasks.map(({ outcome }) => outcome);
      const isRight =
        code === 3 && outcomes.length === taskIds.length && outcomes.every((it) => it === 'partially_succeeded');
      report.check(`a client watched ${taskIds.length} tasks through the deployment, and exits with 3`, isRight, {
        code,
        outcomes,
      });
    },
    [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
  };
}

async function watch(url: string, ...taskIds: string[]) {
  const child = spawn(process.execPath, ['action/apig-tasks.mjs', 'watch', ...taskIds, '--json', '--timeout', '8m'], {
    env: { APIG_TASKS_URL: url, APIG_TASKS_KEY: 'the-endpoint-has-its-own' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'exit');
  const heardAtMs = Date.now();
  const [out, err] = await printed;
  if (out === '') throw new Error(`apig-tasks watch ended with ${code}: ${err}`);
  return {
    code,
    heardAtMs,
    tasks: out
      .trim()
      .split('\n')
      .map((line): Ended => JSON.parse(line)),
  };
}

/** The API's name leads nowhere on this machine: a loopback address that hands each request, with a key, to the emulator. */
async function reachable(api: Api) {
  const server = createServer((incoming, response) => void handOn(api, incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function handOn(api: Api, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(incoming);
  const { method = '', url = '' } = incoming;
  const answer = await api.call(method, url, body === '' ? {} : { body: JSON.parse(body) });
  const { 'content-type': type = 'text/plain', 'retry-after': retryAfter } = answer.headers;
  response.writeHead(answer.status, { 'content-type': type, ...(retryAfter && { 'retry-after': retryAfter }) });
  response.end(answer.bytes);
}
