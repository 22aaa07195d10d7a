import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedAgo } from './seed.ts';
import { openStage, type Stage } from './stage.ts';

const HOUR = 3_600_000;
const results = Array.from({ length: 40 }, (_, i) => {
  const agoMs = (i + 1) * HOUR;
  const changes = i % 10 === 0 ? { outcome: 'failed' as const, summary: {} } : {};
  const label = i % 2 ? 'billing' : 'orders';
  return endedAgo(agoMs, { taskId: `h${i}`, label, registeredAtMs: Date.now() - agoMs - (i + 1) * 1_000, ...changes });
});

describe('whoever asks on Monday how it has been', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ results });
  });
  afterAll(() => stage.close());

  it('reads success rate and durations of each label, for the time that they choose', async () => {
    const page = await stage.open();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('40 results: 90 % succeeded, 4 did not.').waitFor();
    const rows = page.locator('table.history tbody tr');
    expect(await rows.allTextContents()).toEqual([
      expect.stringMatching(/^(orders2080 %)19 s37 s.*1 h ago/),
      expect.stringMatching(/^(billing20100 %)20 s38 s.*2 h ago/),
    ]);
    await page.getByRole('link', { name: 'Last day' }).click();
    await page.getByText(/^2[34] results/).waitFor();
    expect(page.url()).toBe(`${stage.url}/#/history?since=24h`);
  });

  it('opens a label, and sees its durations as a chart and as a table that leads to each task', async () => {
    const page = await stage.open('#/history?since=7d');
    await page.getByRole('link', { name: 'orders' }).click();
    await page.getByRole('heading', { name: 'History of orders' }).waitFor();
    const chart = page.getByRole('img', { name: /^Durations of the newest 20 tasks/ });
    expect(await chart.getAttribute('aria-label')).toContain('half took 19 s at most, 95 % 37 s');
    expect(await chart.locator('rect').count()).toBe(20);
    expect(await chart.locator('rect.failed').count()).toBe(4);
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page.getByRole('heading', { name: 'orders', exact: true }).waitFor();
    expect(page.url()).toBe(`${stage.url}/#h0`);
    expect(await page.getByText('20 tasks in the last 30 days, 80 % succeeded.').count()).toBe(1);
    expect(await page.locator('rect.here').count()).toBe(1);
  });
});
