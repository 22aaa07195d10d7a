import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedAgo } from './seed.ts';
import { openStage, type Stage } from './stage.ts';

const MINUTE = 60_000;
const FAILURE = { method: 'POST', path: '/orders', error_code: 'APIG.2012', error_msg: 'Invalid parameter value' };
const results = [
  ...Array.from({ length: 20 }, (_, i) => endedAgo((i + 60) * MINUTE, { taskId: `fine-${i}`, label: 'billing' })),
  endedAgo(5 * MINUTE, {
    taskId: 'part',
    label: 'orders',
    outcome: 'partially_succeeded',
    summary: { created: 2, failed: 1 },
    firstFailure: FAILURE,
  }),
  endedAgo(90 * MINUTE, {
    taskId: 'healed',
    label: 'billing',
    outcome: 'failed',
    summary: {},
    error: { code: 'APIG.3602', message: 'The file does not fit the schema' },
  }),
  endedAgo(26 * 60 * MINUTE, { taskId: 'old', label: 'old-failure', outcome: 'failed', summary: {} }),
];

describe('a service without tasks', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('says to whoever opens its page how to begin', async () => {
    const page = await stage.open();
    await page.getByText('No task is watched yet.').waitFor();
    expect(await page.locator('pre').textContent()).toContain(`curl -sS ${stage.url}/tasks -H "Authorization`);
    await page.getByRole('link', { name: 'Start or register one' }).click();
    await page.getByRole('heading', { name: 'Import an OpenAPI file' }).waitFor();
  });
});

describe('whoever is on call and opens the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ results });
  });
  afterAll(() => stage.close());

  it('reads first what failed within a day, which API, why and since when', async () => {
    const page = await stage.open();
    const rows = page.locator('tbody').filter({ hasText: 'Needs attention' }).getByRole('row');
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(3);
    const first = (await rows.nth(1).textContent()) ?? '';
    for (const text of ['partially succeeded', 'orders', 'POST /orders: APIG.2012', '1 failed', '5 min ago'])
      expect(first).toContain(text);
    expect(await rows.nth(2).textContent()).toContain('APIG.3602: The file does not fit the schema');
    expect(await page.getByText('old-failure').count()).toBe(0);
    expect(await page.title()).toBe('(2) APIG tasks');
  });

  it('opens all that needs attention as a list', async () => {
    const page = await stage.open();
    await page.getByRole('link', { name: 'All: Needs attention: the last day' }).click();
    await expect.poll(() => page.locator('table.list a.name').allTextContents()).toEqual(['orders', 'billing']);
  });

  it('sees that a later task of a failed label has succeeded', async () => {
    const page = await stage.open();
    await page.getByRole('row').filter({ hasText: 'succeeded since' }).getByText('billing').waitFor();
    expect(await page.getByText('succeeded since').count()).toBe(1);
  });

  it('follows a count of the last day to its tasks, and comes back', async () => {
    const page = await stage.open();
    const counts = page.getByRole('region', { name: 'Counts of the last day' });
    await counts.getByRole('link', { name: '20 succeeded' }).waitFor();
    await counts.getByRole('link', { name: '1 failed' }).click();
    await page.getByRole('heading', { name: 'Tasks', exact: true }).waitFor();
    await expect.poll(() => page.locator('table.list a.name').allTextContents()).toEqual(['billing']);
    expect(page.url()).toBe(`${stage.url}/#/tasks?outcome=failed&since=24h`);
    await page.goBack();
    await counts.waitFor();
  });

  it('sees how long a running task takes, and how long its like usually take', async () => {
    await stage.watch({ ending: 'never' }, { label: 'billing' });
    const page = await stage.open();
    const row = page.locator('tbody').filter({ hasText: 'Running' }).getByRole('row').nth(1);
    await row.getByText('usually 40 s').waitFor();
    expect(await row.textContent()).toMatch(/for (< 1|\d+) s/);
    await page.clock.install();
    await page.reload();
    await row.waitFor();
    await page.clock.fastForward(5 * MINUTE);
    await expect.poll(() => row.locator('.expired').textContent()).toMatch(/for 5 min/);
  });

  it('takes the label for the name, and copies the id', async () => {
    const page = await stage.open('', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy the id healed' }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('healed');
    await page.getByRole('link', { name: 'orders' }).click();
    await page.getByRole('heading', { name: 'orders', exact: true }).waitFor();
    expect(page.url()).toBe(`${stage.url}/#part`);
  });
});

describe('a page that is left open', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('shows by itself what fails', async () => {
    await stage.watchToItsEnd({}, { label: 'before' });
    const page = await stage.open();
    await page.getByRole('link', { name: 'before' }).waitFor();
    await stage.watchToItsEnd({ ending: 'failure' }, { label: 'fails-later' });
    await page.locator('tbody').filter({ hasText: 'Needs attention' }).getByText('fails-later').waitFor();
  });

  it('moves no row while somebody is on the list: ends show in place, and new tasks wait for a click', async () => {
    const taskId = await stage.watch({ ending: 'never' }, { label: 'soon' });
    const page = await stage.open();
    const link = page.getByRole('link', { name: 'soon' });
    await link.focus();
    const before = await page.locator('table.list tr').evaluateAll(placesOf);
    stage.simulator.control.addTask({ taskId });
    await expect.poll(() => page.locator('#live').textContent(), { timeout: 15_000 }).toBe('soon: succeeded');
    await stage.watchToItsEnd({ ending: 'failure' }, { label: 'new' });
    const waiting = page.getByRole('button', { name: 'Show 2 changes' });
    await waiting.waitFor({ timeout: 15_000 });
    expect(await page.locator('table.list tr').evaluateAll(placesOf)).toEqual(before);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('soon');
    await waiting.click();
    await page.locator('tbody').filter({ hasText: 'Needs attention' }).getByText('new', { exact: true }).waitFor();
    expect(await waiting.count()).toBe(0);
  });

  it('names gateways where there is more than one', async () => {
    await stage.watch({ ending: 'never' }, { instance_id: 'another-gateway-of-this-project' });
    const page = await stage.open();
    await page.getByText('gateway another-').waitFor();
  });
});

/** Runs in the page. */
function placesOf(rows: unknown[]): number[] {
  return (rows as { getBoundingClientRect(): { top: number } }[]).map((row) => row.getBoundingClientRect().top);
}
