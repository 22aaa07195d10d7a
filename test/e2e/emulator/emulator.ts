import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const STARTER = fileURLToPath(new URL('start_ministack.py', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export type Emulator = {
  port: number;
  /** `https://127.0.0.1:port`. */
  url: string;
  /** PEM file of the certificate, which this process trusts once the emulator is up. */
  certificate: string;
  /** The end of what MiniStack has logged. */
  logTail(): string;
  stop(): Promise<void>;
};

/**
 * Starts MiniStack on a free loopback port, with all its state in `folder`, TLS, and IAM enforced: each Lambda calls AWS
 * with its own role. `path` is where it finds programs; its first `node` runs the Lambdas.
 */
export async function startEmulator(options: { python: string; folder: string; path: string }): Promise<Emulator> {
  const { python, folder, path } = options;
  await requireOpenssl(path);
  const port = await freePort();
  const logFile = join(folder, 'ministack.log');
  const child = start(python, { logFile, env: environment(folder, { port, path }) });
  const emulator: Emulator = {
    port,
    url: `https://127.0.0.1:${port}`,
    certificate: join(folder, 'tmp', 'ministack-tls', 'server.crt'),
    logTail: () => readFileSync(logFile, 'utf8').split('\n').slice(-30).join('\n'),
    stop: () => stop(child),
  };
  try {
    await untilReady(emulator, child);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return emulator;
}

/** A loopback port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function environment(folder: string, { port, path }: { port: number; path: string }): Record<string, string> {
  for (const name of ['tmp', 'home']) mkdirSync(join(folder, name), { recursive: true });
  return {
    PATH: path,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    STATE_DIR: join(folder, 'state'),
    S3_DATA_DIR: join(folder, 's3'),
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    LAMBDA_EXECUTOR: 'local',
    AUTH: 'true',
    USE_SSL: '1',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  };
}

// A group of its own, so that it can end its Lambdas with itself when our end of its standard input closes.
function start(python: string, { logFile, env }: { logFile: string; env: Record<string, string> }): ChildProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(python, [STARTER], { env, detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  child.stdin?.on('error', () => {});
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

async function untilReady(emulator: Emulator, child: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs && child.exitCode === null) {
    if (existsSync(emulator.certificate)) trust(emulator.certificate);
    const health = await fetch(`${emulator.url}/_ministack/health`).catch(() => undefined);
    if (health?.ok) return;
    await delay(100);
  }
  throw new Error(`MiniStack did not start:\n${emulator.logTail()}`);
}

function trust(certificate: string): void {
  setDefaultCACertificates([...getCACertificates('bundled'), readFileSync(certificate, 'utf8')]);
}

async function requireOpenssl(path: string): Promise<void> {
  try {
    await promisify(execFile)('openssl', ['version'], { env: { PATH: path } });
  } catch (cause) {
    throw new Error('test:e2e needs openssl on the PATH: MiniStack makes its TLS certificate with it', { cause });
  }
}

/** The PATH of this process with its own Node first. */
export const pathWithThisNode = (path: string | undefined) => `${dirname(process.execPath)}:${path ?? ''}`;
