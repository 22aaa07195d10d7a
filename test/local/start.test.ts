import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { openStores } from '../../local/stores.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { aResult } from '../contract/samples.ts';
import { pendingTask, silentLog } from '../support/fixtures.ts';
import { API_KEY, getJson, register, type ServiceProcess, startServiceProcess } from './service-process.ts';

let dataDir: string;
let simulator: Simulator;
const running: ServiceProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-start-'));
  simulator = await startSimulator();
});

afterEach(async () => {
  for (const service of running.splice(0)) await service.kill();
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** What `npm start` runs, as a child process, with the simulator as Huawei Cloud. */
async function start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startServiceProcess({ simulator, dataDir, environment });
  running.push(service);
  return service;
}

type Task = { state: string; outcome?: string; status?: string };

const task = (url: string, taskId: string) => getJson<Task>(url, `/tasks/${taskId}`);

async function until(url: string, taskId: string, isThere: (seen: Task) => boolean): Promise<Task> {
  return expect
    .poll(() => task(url, taskId), { timeout: 10_000, interval: 50 })
    .toSatisfy(isThere)
    .then(() => task(url, taskId));
}

describe('npm start', () => {
  it('keeps registered, pending and final tasks over a kill -9', async () => {
    const over = simulator.control.addTask();
    const pending = simulator.control.addTask({ ending: 'never' });
    const first = await start();
    expect(await register(first.url, over)).toBe(202);
    expect(await register(first.url, pending)).toBe(202);
    await until(first.url, over, ({ state }) => state === 'final');
    await until(first.url, pending, ({ status }) => status === 'processing');
    const late = simulator.control.addTask({ ending: 'never' });
    expect(await register(first.url, late)).toBe(202);
    await first.kill();

    const second = await start();
    expect(await task(second.url, over)).toMatchObject({ state: 'final', outcome: 'succeeded' });
    expect(await task(second.url, pending)).toMatchObject({ state: 'pending' });
    expect(await task(second.url, late)).toMatchObject({ state: 'pending' });
    expect(await register(second.url, over)).toBe(200);
  });

  it('has one of two first starts at once, and the other one names it', async () => {
    const [one, other] = await Promise.allSettled([start({ API_KEYS: '' }), start({ API_KEYS: '' })]);
    const [started, refused] = one.status === 'fulfilled' ? [one, other] : [other, one];
    if (started.status !== 'fulfilled' || refused.status !== 'rejected') throw new Error('one of them starts');
    const { child, url } = started.value;
    expect(refused.reason.message).toMatch(
      new RegExp(`^exited with 1: Process ${child.pid} already uses \\S+\\. Stop`),
    );
    const key = (await readFile(path.join(dataDir, 'api-key'), 'utf8')).trim();
    expect((await fetch(`${url}/tasks`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  });

  it('tells at once what a killed process has stored and told nobody, also if none lives for long', async () => {
    const taskId = simulator.control.addTask();
    const stores = openStores({ dataDir, clock: systemClock, log: silentLog });
    const { projectId, instanceId } = DEFAULT_ACCOUNT;
    const task = pendingTask({ taskId, projectId, instanceId, registeredAtMs: Date.now() - 1_000 });
    await stores.pending.register(task);
    await stores.results.put(aResult({ taskId, outcome: 'succeeded', completedAtMs: Date.now(), expiresAtS: 9e9 }));
    stores.close();
    const { url, output } = await start();
    await expect.poll(() => getJson(url, '/tasks?state=pending'), { timeout: 10_000 }).toEqual({ items: [] });
    await expect.poll(output, { timeout: 5_000 }).toContain(taskId);
  });

  it('finishes the polls in flight at Ctrl-C and exits within 5 s', async () => {
    const slow = simulator.control.addTask();
    const { child, url } = await start();
    simulator.control.setFault({ fault: { kind: 'latency', ms: 1_000 }, match: { taskId: slow } });
    await register(url, slow);
    await expect.poll(() => simulator.control.stats().requests, { timeout: 10_000 }).toBeGreaterThan(0);
    const startedMs = Date.now();
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(5_000);
    simulator.control.clearFaults();
    const again = await start();
    expect(await task(again.url, slow)).toMatchObject({ state: 'final', outcome: 'succeeded' });
  });

  it('exits within 5 s although Huawei Cloud hangs', async () => {
    const { child, url } = await start();
    const stuck = simulator.control.addTask();
    simulator.control.setFault({ fault: { kind: 'hang' }, match: { taskId: stuck } });
    await register(url, stuck);
    await expect.poll(() => simulator.control.stats().requests, { timeout: 10_000 }).toBeGreaterThan(0);
    const startedMs = Date.now();
    child.kill('SIGINT');
    await once(child, 'exit');
    // With time to spare for a loaded machine: the hanging poll alone would hold it for longer.
    expect(Date.now() - startedMs).toBeLessThan(8_000);
  });

  it('makes a key of its own, prints it once and keeps it from other users', async () => {
    const first = await start({ API_KEYS: '' });
    const key = (await readFile(path.join(dataDir, 'api-key'), 'utf8')).trim();
    expect(first.output()).toContain(key);
    expect((await stat(path.join(dataDir, 'api-key'))).mode & 0o077).toBe(0);
    const authorized = await fetch(`${first.url}/tasks`, { headers: { authorization: `Bearer ${key}` } });
    expect(authorized.status).toBe(200);
    await first.kill();
    expect((await start({ API_KEYS: '' })).output()).not.toContain(key);
  });

  it('makes no key in a folder that another process has', async () => {
    await start();
    await expect(start({ API_KEYS: '' })).rejects.toThrow(/already uses/);
    expect(await readdir(dataDir)).not.toContain('api-key');
  });

  it('takes the keys of API_KEYS and of API_KEYS_FILE, and reads the file again when it changes', async () => {
    const file = path.join(dataDir, 'keys.json');
    const reader = { named: { reader: { key: 'the-key-of-a-reader', scopes: ['read'] } } };
    await writeFile(file, JSON.stringify(reader));
    const service = await start({ API_KEYS_FILE: file });
    const ask = (key: string, method = 'GET') =>
      fetch(`${service.url}/tasks`, { method, headers: { authorization: `Bearer ${key}` } });
    expect((await ask(API_KEY)).status).toBe(200);
    expect((await ask('the-key-of-a-reader')).status).toBe(200);
    expect((await ask('the-key-of-a-reader', 'POST')).status).toBe(403);
    await writeFile(file, JSON.stringify({ named: { ci: { key: 'the-key-of-the-ci-job', scopes: ['register'] } } }));
    expect((await ask('the-key-of-a-reader')).status).toBe(401);
    const headers = { authorization: 'Bearer the-key-of-the-ci-job', 'content-type': 'application/json' };
    const body = JSON.stringify({ task_id: simulator.control.addTask({ ending: 'never' }) });
    const registered = await fetch(`${service.url}/tasks`, { method: 'POST', headers, body });
    expect(await registered.json()).toMatchObject({ registered_by: 'ci' });
    await expect.poll(service.output, { timeout: 5_000 }).toMatch(/audit \{"key":"ci","action":"register","task_id":"/);
    expect(service.output()).not.toContain('the-key-of');
  });

  it('makes no key of its own where it has API_KEYS_FILE', async () => {
    const file = path.join(dataDir, 'keys.json');
    await writeFile(file, '{}');
    const { url, output } = await start({ API_KEYS: '', API_KEYS_FILE: file });
    expect((await fetch(`${url}/tasks`, { headers: { authorization: `Bearer ${API_KEY}` } })).status).toBe(401);
    expect(output()).not.toContain('API key');
  });

  it('names every wrong setting at once, and no value', async () => {
    const secret = 'http://not-loopback.example.com/s3cr3t';
    const refused = start({ HUAWEICLOUD_APIG_ENDPOINT: secret, HUAWEICLOUD_SDK_SK: '' });
    await expect(refused).rejects.toThrow(/exited with 1[\s\S]*apig_endpoint/);
    await expect(refused).rejects.toThrow(/sk is missing/);
    await expect(refused).rejects.not.toThrow(/s3cr3t/);
  });

  it('says without a stack that its data cannot be where a file is', async () => {
    const refused = start({ DATA_DIR: 'package.json' });
    await expect(refused).rejects.toThrow(/exited with 1[\s\S]*DATA_DIR package.json is not a writable folder/);
    await expect(refused).rejects.not.toThrow(/\n +at /);
  });

  it('says which variable names a port that is taken, or an address that is none', async () => {
    const { port } = new URL(simulator.url);
    const noCredentials = { HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' };
    const taken = `${port} is in use by another program: set`;
    await expect(start({ PORT: port })).rejects.toThrow(`- PORT ${taken} PORT=…`);
    await expect(start({ ...noCredentials, SIMULATOR_PORT: port })).rejects.toThrow(`- SIMULATOR_PORT ${taken} SIM`);
    await expect(start({ HOST: '192.0.2.1' })).rejects.toThrow('- HOST 192.0.2.1 is not an address');
  });

  it('starts the simulator when there are no Huawei credentials, and says so', async () => {
    const { output } = await start({ HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' });
    expect(output()).toContain('using the simulator at');
    expect(output()).toContain('HUAWEICLOUD_INSTANCE_ID, HUAWEICLOUD_APIG_ENDPOINT');
    expect(output()).toMatch(/WARNING: .* set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK/);
  });
});
