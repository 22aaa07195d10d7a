import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLocalConfig } from '../../local/local-config.ts';
import { reachableUrl } from '../../local/public-url.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { register, startServiceProcess } from './service-process.ts';

describe('PUBLIC_URL', () => {
  it.each([undefined, 'https://tasks.example.com', 'http://10.0.0.7:3000/apig/'])('may be %s', (PUBLIC_URL) => {
    expect(readLocalConfig({ PUBLIC_URL }).PUBLIC_URL).toBe(PUBLIC_URL);
  });

  it.each([
    'tasks.example.com',
    'ftp://tasks.example.com',
    'https://',
    'https://me:sk-secret@tasks.example.com',
    'https://tasks.example.com/?key=sk-secret',
    'https://tasks.example.com/#tasks',
  ])('is not %s', (PUBLIC_URL) => {
    const read = () => readLocalConfig({ PUBLIC_URL });
    expect(read).toThrow('PUBLIC_URL must be an http or https URL');
    expect(read).not.toThrow('sk-secret');
  });
});

it.each([
  ['http://0.0.0.0:3000', 'http://127.0.0.1:3000'],
  ['http://[::]:3000', 'http://127.0.0.1:3000'],
  ['http://10.0.0.0:3000', 'http://10.0.0.0:3000'],
  ['http://[::1]:3000', 'http://[::1]:3000'],
])('what listens at %s is asked at %s', (listening, asked) => {
  expect(reachableUrl(listening)).toBe(asked);
});

describe('the link of an alert', () => {
  /** What the service prints of a task that is over, with the port written as PORT. */
  async function linkOf(environment: Record<string, string>): Promise<string | undefined> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'apig-link-'));
    const simulator = await startSimulator();
    const service = await startServiceProcess({ simulator, dataDir, environment });
    onTestFinished(async () => {
      await service.kill();
      await simulator.close();
      await rm(dataDir, { recursive: true, force: true });
    });
    const taskId = simulator.control.addTask({ taskId: 'the-task' });
    expect(await register(reachableUrl(service.url), taskId)).toBe(202);
    const link = () => /Full result: (\S+)/.exec(service.output())?.[1];
    await expect.poll(link, { timeout: 10_000 }).toBeDefined();
    return link()?.replace(new URL(service.url).port, 'PORT');
  }

  it('leads to this machine where the service listens at every address', async () => {
    expect(await linkOf({ HOST: '0.0.0.0' })).toBe('http://127.0.0.1:PORT/tasks/the-task');
  });

  it('begins with PUBLIC_URL where that is set', async () => {
    const PUBLIC_URL = 'https://tasks.example.com/apig/';
    expect(await linkOf({ HOST: '0.0.0.0', PUBLIC_URL })).toBe('https://tasks.example.com/apig/tasks/the-task');
  });
});
