import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Api } from './api.ts';
import type { Deployment } from './deploy.ts';
import type { World } from './world.ts';

const DURATIONS_MS = [3_000, 4_000, 5_500, 7_000, 9_000];
/** The service answers a waiting request at once and asks for two seconds; the rest is the way. */
const HEARD_MS = 3_000;

/** That the client watches tasks through the deployed API, and when it hears of their ends. */
export async function verifyClient({ report, simulator }: World, { api }: Deployment): Promise<void> {
  await using endpoint = await reachable(api);
  const ends = await Promise.all(
    DURATIONS_MS.map(async (processingMs) => {
      const watched = await watch(endpoint.url, simulator.control.addTask({ processingMs }));
      return { ...watched, lateMs: watched.heardAtMs - Date.parse(watched.task.completed_at) };
    }),
  );
  report.check(
    'each client exits with 0 and prints the outcome',
    ends.every(({ code, task }) => code === 0 && task.outcome === 'succeeded'),
    ends,
  );
  const late = ends.map(({ lateMs }) => lateMs).toSorted((a, b) => a - b);
  report.note(
    `clients end ${late.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')} after the poller has seen the end`,
  );
  report.check(`each hears of the end within ${HEARD_MS / 1_000} s`, (late.at(-1) ?? HEARD_MS) < HEARD_MS, late);
}

async function watch(url: string, taskId: string) {
  const child = spawn(process.execPath, ['action/apig-tasks.mjs', 'watch', taskId, '--json', '--timeout', '3m'], {
    env: { APIG_TASKS_URL: url, APIG_TASKS_KEY: 'the-endpoint-has-its-own' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'exit');
  const heardAtMs = Date.now();
  const [out, err] = await printed;
  if (out === '') throw new Error(`apig-tasks watch ended with ${code}: ${err}`);
  return { code, heardAtMs, task: JSON.parse(out) as { outcome: string; completed_at: string } };
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
