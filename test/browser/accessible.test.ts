import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedAgo, runningSince } from './seed.ts';
import { NARROW, openStage, overhang, type Stage } from './stage.ts';

const failure = [{ method: 'GET', path: '/pets', error_code: 'APIG.2011', error_msg: 'wrong' }];
const part = endedAgo(60_000, {
  taskId: 'part',
  label: 'orders',
  outcome: 'partially_succeeded',
  summary: { created: 1, failed: 1, group_id: 'g1' },
  firstFailure: failure[0] ?? {},
  result: { kind: 'import', success: [{ method: 'GET', path: '/a' }], failure },
});
const expired = endedAgo(120_000, { taskId: 'expired', label: 'orders', outcome: 'expired', summary: {} });
const fine = endedAgo(90_000, { taskId: 'fine', label: 'x'.repeat(128), summary: { group_id: 'g1' } });
const VIEWS = {
  'the overview': ['#', 'table.list'],
  'the list': ['#/tasks?outcome=partially_succeeded', 'table.list'],
  'a failed task': ['#part', '.apis'],
  'a task to watch again': ['#expired', 'form'],
  'a running task': ['#running', '.timeline'],
  'an unknown task': ['#unknown', 'h2'],
  'the forms': ['#/start', 'form'],
  'the history': ['#/history', 'table.history'],
  'the history of a label': ['#/history?label=orders', 'table.history'],
} as const;

describe('whoever listens, enlarges, or uses the keyboard', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({
      results: [part, expired, fine],
      pending: [runningSince(1_000, { taskId: 'running' })],
    });
    stage.simulator.control.addTask({ taskId: 'running', ending: 'never' });
  });
  afterAll(() => stage.close());

  it.each(Object.entries(VIEWS))(
    'finds nothing in the way in %s, light or dark, and no line that is wider than a telephone',
    async (_name, [hash, selector]) => {
      const page = await stage.open(hash, { bypassCSP: true });
      await page.locator(selector).first().waitFor();
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
      // What opens with them, such as the channels.
      await page.waitForLoadState('networkidle');
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize(NARROW);
      expect(await overhang(page)).toBe(0);
    },
  );

  it('finds nothing in the way where the key is asked for, light or dark', async () => {
    const page = await (await stage.visitor({ bypassCSP: true })).newPage();
    await page.goto('/');
    await page.getByLabel('API key').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('opens a task, its form and the overview again, with the keyboard alone', async () => {
    const page = await stage.open();
    await page.getByRole('link', { name: 'orders' }).first().waitFor();
    await tabTo(page, 'orders');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'orders', exact: true }).waitFor();
    await tabTo(page, 'Notify again …');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Notify again' }).waitFor();
    await page.getByRole('heading', { name: 'orders', exact: true }).press('Tab');
    await tabTo(page, 'Overview');
    await page.keyboard.press('Enter');
    await page.locator('table.list').waitFor();
  });
});

/** What axe finds in both schemes. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await page.evaluate<string[]>(AXE)));
  }
  return found;
}

const AXE = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' | ')))`;

async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement.textContent.trim()')) === text) return;
  }
  throw new Error(`Tab does not lead to ${text}`);
}
