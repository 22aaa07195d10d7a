import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { register, type ServiceProcess, startServiceProcess } from './service-process.ts';

let dataDir: string;
let simulator: Simulator;
let running: ServiceProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-npm-'));
  simulator = await startSimulator();
});

afterEach(async () => {
  // The group: whatever npm may have left behind.
  if (running?.child.pid !== undefined) killGroup(running.child.pid, 'SIGKILL');
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is over, as it should be.
  }
}

/** npm in a process group of its own, quiet and offline. */
async function npm(...args: string[]): Promise<ServiceProcess> {
  const environment = { npm_config_cache: path.join(dataDir, 'npm'), npm_config_update_notifier: 'false' };
  const command: [string, ...string[]] = ['npm', '--silent', ...args];
  running = await startServiceProcess({ simulator, dataDir, environment, command, detached: true });
  return running;
}

const answers = (url: string) =>
  fetch(`${url}/health`).then(
    () => true,
    () => false,
  );

describe.each([
  ['npm start', ['start']],
  ['npm run simulator', ['run', 'simulator']],
])('%s', (_name, args) => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends in order when npm alone gets a %s', async (signal) => {
    const { child, url } = await npm(...args);
    expect(await answers(url)).toBe(true);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await answers(url)).toBe(false);
  });
});

it.each([
  [['start', '--', '--port', '1'], /npm start takes no arguments; "--port" is not supported.* PORT=3001 npm start/],
  [['run', 'simulator', '--', '8080'], /takes no arguments; "8080" .* SIMULATOR_PORT=8080 npm run simulator/],
])('npm %j is refused, and says how else', async (args, complaint) => {
  const refused = npm(...args);
  await expect(refused).rejects.toThrow('exited with 2');
  await expect(refused).rejects.toThrow(complaint);
});

it('npm start finishes a poll in flight at Ctrl-C, which npm and Node get from the terminal, and Node from npm again', async () => {
  const { child, url } = await npm('start');
  const slow = simulator.control.addTask();
  simulator.control.setFault({ fault: { kind: 'latency', ms: 1_000 }, match: { taskId: slow } });
  await register(url, slow);
  await expect.poll(() => simulator.control.stats().requests, { timeout: 10_000 }).toBeGreaterThan(0);
  killGroup(child.pid ?? 0, 'SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await answers(url)).toBe(false);
});
