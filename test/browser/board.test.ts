import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NARROW, openStage, overhang, type Stage } from './stage.ts';

describe('the list of the status page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('says how to register a task while there is none', async () => {
    const page = await stage.open();
    await page.getByText('No task is watched yet.').waitFor();
    expect(await page.locator('#example').textContent()).toContain(`curl -sS ${stage.url}/tasks -H "Authorization`);
    expect(await page.getByRole('columnheader').count()).toBe(0);
  });

  it('offers all tasks where none fits the filter', async () => {
    const taskId = await stage.watchToItsEnd({ ending: 'partial' }, { label: 'orders' });
    const page = await stage.open();
    await page.getByLabel('Label (exact)').fill('order');
    await page.keyboard.press('Enter');
    await page.getByText('No task fits this filter.').waitFor();
    expect(await page.getByText('No task is watched yet.').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('link', { name: taskId }).waitFor();
    expect(await page.getByLabel('Label (exact)').inputValue()).toBe('');
  });

  it('takes rows away that do not fit a filter which is refused', async () => {
    const taskId = await stage.watchToItsEnd({}, { label: 'refusable' });
    const page = await stage.open();
    const link = page.getByRole('link', { name: taskId });
    await link.waitFor();
    const filter = page.getByLabel('Label (exact)');
    await filter.fill('refus\u200Bable');
    await page.keyboard.press('Enter');
    await page.getByText('Not refreshed: ').waitFor();
    expect(await page.locator('#rows tr').count()).toBe(0);
    expect(await page.getByRole('columnheader').count()).toBe(0);
    await filter.fill('refusable');
    await page.keyboard.press('Enter');
    await link.waitFor();
    expect(await page.locator('#board-trouble').textContent()).toBe('');
  });

  it('finds a label that begins or ends with a space, and takes spaces alone for no filter', async () => {
    const spaced = await stage.watchToItsEnd({}, { label: ' spaced ' });
    const bare = await stage.watchToItsEnd({}, { label: 'spaced' });
    const page = await stage.open();
    const [link, other] = [spaced, bare].map((name) => page.getByRole('link', { name }));
    await page.getByLabel('Label (exact)').fill(' spaced ');
    await page.keyboard.press('Enter');
    await expect.poll(() => other?.count()).toBe(0);
    expect(await link?.count()).toBe(1);
    await page.getByLabel('Label (exact)').fill('  ');
    await page.keyboard.press('Enter');
    await other?.waitFor();
  });

  it('has a row of two lines for a task with a label', async () => {
    const taskId = await stage.watchToItsEnd({ ending: 'partial' }, { label: 'two-lines' });
    const page = await stage.open();
    const row = page.getByRole('row').filter({ hasText: taskId });
    expect((await row.boundingBox())?.height).toBeLessThan(68);
    expect(await row.getByRole('cell').nth(2).textContent()).toBe('import');
    expect(await row.textContent()).not.toContain('gateway');
  });

  it('fits into 360 pixels', async () => {
    await stage.watchToItsEnd({ ending: 'partial' }, { label: 'x'.repeat(128) });
    const page = await stage.open('', NARROW);
    await page.getByRole('link').first().waitFor();
    expect(await overhang(page)).toBe(0);
  });

  it('tells listeners of an end, and leaves alone what did not change', async () => {
    const taskId = await stage.watch({ ending: 'never' }, { label: 'soon' });
    const page = await stage.open();
    const link = page.getByRole('link', { name: taskId });
    await link.focus();
    stage.simulator.control.addTask({ taskId });
    await expect.poll(() => page.locator('#live').textContent(), { timeout: 15_000 }).toBe('soon: succeeded');
    expect(await page.evaluate('document.activeElement.dataset.task')).toBe(taskId);
    await page.evaluate('document.querySelector("#rows tr").id = "same"');
    const before = await page.locator('#freshness').textContent();
    await expect.poll(() => page.locator('#freshness').textContent(), { timeout: 15_000 }).not.toBe(before);
    expect(await page.locator('#rows tr').first().getAttribute('id')).toBe('same');
  });

  it('names gateways where there is more than one', async () => {
    await stage.watch({ ending: 'never' }, { instance_id: 'another-gateway-of-this-project' });
    const page = await stage.open();
    const gateway = page.getByText('gateway another-');
    await gateway.waitFor();
    expect(await gateway.getAttribute('title')).toBe('another-gateway-of-this-project');
  });
});
