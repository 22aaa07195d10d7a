import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { register, type ServiceProcess, startServiceProcess } from './service-process.ts';

const LISTEN = '0A';
/** 127.0.0.1, its bytes in the order of the machine. */
const LOOPBACK = '0100007F';

/** A file may be closed while the folder is read. */
function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** What `ss -ltnp` shows of a process, as `address:port`. */
function listeningSockets(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const held = new Set(readdirSync(folder).map((fd) => targetOf(path.join(folder, fd))));
  const lines = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n').slice(1),
  );
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return state === LISTEN && held.has(`socket:[${inode}]`) ? [`${address}:${Number.parseInt(port, 16)}`] : [];
  });
}

let dataDir: string;
let simulator: Simulator;
let service: ServiceProcess | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-ports-'));
  simulator = await startSimulator();
});
afterEach(async () => {
  await service?.kill();
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function socketsOf(environment: Record<string, string>): Promise<string[]> {
  service = await startServiceProcess({ simulator, dataDir, environment });
  // After some work: of the API, the database and the poller, whose task a simulator of its own does not know.
  await register(service.url, simulator.control.addTask());
  await expect.poll(service.output, { timeout: 10_000 }).toMatch(/succeeded|poll failed/);
  return listeningSockets(service.child.pid ?? 0);
}

it.skipIf(!existsSync('/proc/self/net/tcp'))('npm start listens on one port and no other', async () => {
  const sockets = await socketsOf({});
  expect(sockets).toEqual([`${LOOPBACK}:${new URL(service?.url ?? '').port}`]);
});

it.skipIf(!existsSync('/proc/self/net/tcp'))(
  'without credentials the port of its simulator is the second',
  async () => {
    const sockets = await socketsOf({ HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' });
    const simulated = /using the simulator at http:\S+:(\d+)/.exec(service?.output() ?? '')?.[1];
    expect(sockets.toSorted()).toEqual(
      [new URL(service?.url ?? '').port, simulated].map((port) => `${LOOPBACK}:${port}`).toSorted(),
    );
  },
);
