import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY } from '../local/service-process.ts';
import { endedAgo, runningSince } from './seed.ts';
import { openStage, type Stage } from './stage.ts';

const outcomes = ['succeeded', 'succeeded', 'succeeded', 'partially_succeeded', 'failed'] as const;
const id = (prefix: string, i: number) => `${prefix}${String(i).padStart(31, '0')}`;
const results = Array.from({ length: 10_000 }, (_, i) =>
  endedAgo(i * 60_000 + 1_000, { taskId: id('r', i), label: `label ${i % 150}`, outcome: outcomes[i % 5] ?? 'failed' }),
);
const pending = Array.from({ length: 500 }, (_, i) => runningSince(i * 100, { taskId: id('p', i), label: `run ${i}` }));

describe('ten thousand results and five hundred running tasks', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ results, pending });
    for (const { taskId } of pending) stage.simulator.control.addTask({ taskId, ending: 'never' });
  });
  afterAll(() => stage.close());

  it('are there within a second (median of five), in fifty rows, failures first', async () => {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const page = await (await stage.visitor()).newPage();
      await page.addInitScript(`sessionStorage.setItem('apig-task-notifier.key', '${API_KEY}')`);
      await page.addInitScript(NOTE_FIRST_ROWS);
      await page.goto('/');
      await page.locator('table.list tbody tr').first().waitFor();
      await expect.poll(() => page.evaluate('window.firstRowsMs ?? 0')).toBeGreaterThan(0);
      times.push(await page.evaluate('window.firstRowsMs'));
      expect(await page.locator('table.list tbody tr:not(.section)').count()).toBe(50);
      expect(await page.locator('table.list tbody tr').nth(1).textContent()).toMatch(/partially succeeded|failed/);
      await page.getByRole('link', { name: '500 running' }).waitFor();
      await page.context().close();
    }
    console.log(`first rows after ${times.map(Math.round).join(', ')} ms`);
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(1_000);
  });

  it('cost an idle tab one small request every five seconds and hardly a frame, and a hidden tab nothing', async () => {
    const [idle, hidden] = [await stage.open(), await stage.open()];
    for (const page of [idle, hidden]) await page.getByRole('link', { name: '500 running' }).waitFor();
    await setHidden(hidden, true);
    const session = await idle.context().newCDPSession(idle);
    await session.send('Performance.enable');
    const before = await layouts(session);
    const [seen, unseen] = [answersOf(idle), answersOf(hidden)];
    await idle.waitForTimeout(20_000);
    const drawn = (await layouts(session)) - before;
    console.log(`20 s idle: ${seen.length} requests, ${drawn} layouts, ${seen.join(' ')}`);
    expect(unseen).toEqual([]);
    // Statistics follow when the list has changed.
    expect(seen.length).toBeLessThanOrEqual(6);
    expect(seen.filter((one) => one.startsWith('tasks?')).length).toBeGreaterThanOrEqual(3);
    expect(seen).toContain('tasks?order:304');
    expect(drawn).toBeLessThan(20);
    const read = hidden.waitForRequest((request) => request.url().includes('/tasks?'));
    await setHidden(hidden, false);
    await read;
  });

  it('are answered with 304 while nothing changed', async () => {
    const headers = { authorization: `Bearer ${API_KEY}` };
    const path = `${stage.url}/tasks?order=attention&since=24h&limit=50`;
    const first = await fetch(path, { headers });
    const etag = first.headers.get('etag') ?? '';
    const second = await fetch(path, { headers: { ...headers, 'if-none-match': etag } });
    expect([second.status, (await second.text()).length]).toEqual([304, 0]);
  });
});

/** From the start of the navigation to the frame that shows the rows. */
const NOTE_FIRST_ROWS = `new MutationObserver((_, observer) => {
  if (!document.querySelector('table.list tbody tr')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.firstRowsMs = performance.now(); }));
}).observe(document, { childList: true, subtree: true })`;

async function layouts(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? 0;
}

/** The start of each path that is answered from now on, and its status. */
function answersOf(page: Page): string[] {
  const seen: string[] = [];
  page.on('response', (response) => {
    const { pathname, search } = new URL(response.url());
    seen.push(`${(pathname + search).slice(1, 12)}:${response.status()}`);
  });
  return seen;
}

/** A headless tab is never hidden by itself. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);
}
