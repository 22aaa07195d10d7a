import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { type Service, startService } from '../../local/service.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { objectsOf, run as runClient } from './run.ts';
import { KEY } from './stand-in.ts';

// The client against the service itself: its answers are read as they are.

let dataDir: string;
let simulator: Simulator;
let service: Service;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-client-'));
  simulator = await startSimulator({ waitingMs: 0, processingMs: 50 });
  service = await startService({
    ...{ host: '127.0.0.1', port: 0, dataDir, apiKeys: [KEY], alertEmails: [], taskDeadlineMs: 60_000 },
    ...{ profiles: { default: defaultProfile(simulator.url) }, pollMinIntervalMs: 100, clock: systemClock },
    terminal: { write: () => undefined, colours: false },
    log: { info() {}, warn() {}, error() {} },
  });
});

afterAll(async () => {
  await service.close();
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

const run = (...argv: string[]) => runClient(argv, { url: service.url });

describe('the client and the service', () => {
  it('register, list, show, forget', async () => {
    const taskId = simulator.control.addTask({ processingMs: 60_000 });
    const { out } = await run('register', taskId, '--label', 'orders', '--deadline', '2h');
    expect(out).toContain(taskId);
    expect((await run('list', '--label', 'orders', '--state', 'pending')).out).toContain(taskId);
    expect(objectsOf(await run('show', taskId, '--json'))).toEqual([
      expect.objectContaining({ task_id: taskId, label: 'orders' }),
    ]);
    expect(await run('forget', taskId)).toMatchObject({ code: 0 });
    expect(await run('show', taskId)).toMatchObject({ code: 2, err: expect.stringContaining('is registered') });
  });

  it('whoami names the scopes of the key', async () => {
    expect(await run('whoami')).toMatchObject({ code: 0, out: expect.stringContaining('read') });
  });

  it('says in the service’s words what is wrong with a registration', async () => {
    const ran = await run('register', 'a', '--label', ' ', '--profile', 'a b');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('must be') });
    expect(ran.err).toMatch(/label/);
    expect(ran.err).toMatch(/profile/);
  });
});
