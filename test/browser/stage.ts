import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TaskSeed } from '../../simulator/control.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { API_KEY, getJson, register, startServiceProcess } from '../local/service-process.ts';
import { type Rows, seedFolder } from './seed.ts';

/** May read, and is named so. */
export const READER_KEY = 'the-key-of-a-reader';

const CHROMIUM = '/usr/bin/chromium';

/** The local service with the simulator behind it and a browser before it, all on the loopback interface. */
export type Stage = {
  url: string;
  simulator: Simulator;
  /** A browser without memories. */
  visitor(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** The page for somebody whose tab has the key already; `hash` with its `#`. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Makes a task at Huawei Cloud and registers it, with an hour of time. Resolves to its id. */
  watch(seed?: TaskSeed, registration?: object): Promise<string>;
  /** The same, and it is over. */
  watchToItsEnd(seed?: TaskSeed, registration?: object): Promise<string>;
  close(): Promise<void>;
};

/** The key may do everything. Tasks that are registered with `deadline_seconds: undefined` expire after `deadlineMs`. `rows` are there from the start. */
export async function openStage(rows?: Rows, deadlineMs = 1_500): Promise<Stage> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there: install Debian's package chromium`);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'apig-page-'));
  const keysFile = path.join(dataDir, 'keys.json');
  if (rows !== undefined) await seedFolder(dataDir, rows);
  await writeFile(keysFile, JSON.stringify({ named: { reader: { key: READER_KEY, scopes: ['read'] } } }));
  const simulator = await startSimulator();
  const environment = { TASK_DEADLINE_MS: String(deadlineMs), API_KEYS_FILE: keysFile };
  const service = await startServiceProcess({ simulator, dataDir, environment });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const { url } = service;

  const visitor = (options: BrowserContextOptions = {}) =>
    browser.newContext({ baseURL: url, locale: 'en-GB', viewport: { width: 1200, height: 800 }, ...options });
  const watch = async (seed: TaskSeed = {}, registration: object = {}) => {
    const taskId = simulator.control.addTask(seed);
    expect(await register(url, taskId, { deadline_seconds: 3600, ...registration })).toBe(202);
    return taskId;
  };
  return {
    url,
    simulator,
    visitor,
    watch,
    async open(hash = '', options = {}) {
      const page = await (await visitor(options)).newPage();
      await page.addInitScript(`sessionStorage.setItem('apig-task-notifier.key', '${API_KEY}')`);
      await page.goto(`/${hash}`);
      return page;
    },
    async watchToItsEnd(seed, registration) {
      const taskId = await watch(seed, registration);
      expect(await stateOf(url, taskId, '?wait=30')).toBe('final');
      return taskId;
    },
    async close() {
      await browser.close();
      await service.kill();
      await simulator.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Nothing but the loopback interface is there for it. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** `pending` or `final` as the API says; undefined where it does not know the task. */
export async function stateOf(url: string, taskId: string, query = ''): Promise<string | undefined> {
  return (await getJson<{ state?: string }>(url, `/tasks/${taskId}${query}`)).state;
}

/** How much wider than its window the page is. */
export async function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}

export const NARROW = { width: 390, height: 740 };
