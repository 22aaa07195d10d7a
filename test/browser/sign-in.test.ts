import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY } from '../local/service-process.ts';
import { NARROW, openStage, overhang, READER_KEY, type Stage } from './stage.ts';

describe('the key of the status page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('is asked for in a narrow card that says where it is', async () => {
    const page = await (await stage.visitor()).newPage();
    await page.goto('/');
    const card = page.locator('#sign-in');
    expect(await card.textContent()).toMatch(/generated_key in the ApiKeysSecret; on one machine the file api-key/);
    expect((await card.boundingBox())?.width).toBeLessThan(450);
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
    expect(await page.getByLabel('Keep the key on this device').isChecked()).toBe(false);
  });

  it('fits into 360 pixels', async () => {
    const page = await (await stage.visitor(NARROW)).newPage();
    await page.goto('/');
    expect(await overhang(page)).toBe(0);
  });

  it('is asked for before the task of a link is shown', async () => {
    const taskId = await stage.watchToItsEnd();
    const page = await (await stage.visitor()).newPage();
    await page.goto(`/#${taskId}`);
    expect(await page.locator('#detail').isVisible()).toBe(false);
    await page.getByLabel('API key').fill(API_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Import succeeded' }).waitFor();
  });

  it('is forgotten with its tab unless it shall be kept', async () => {
    const context = await stage.visitor();
    const first = await context.newPage();
    await first.goto('/');
    await first.getByLabel('API key').fill(API_KEY);
    await first.getByRole('button', { name: 'Show the tasks' }).click();
    await first.locator('#board').waitFor();
    const second = await context.newPage();
    await second.goto('/');
    await second.getByLabel('API key').fill(API_KEY);
    await second.getByLabel('Keep the key on this device').check();
    await second.getByRole('button', { name: 'Show the tasks' }).click();
    await second.locator('#board').waitFor();
    const third = await context.newPage();
    await third.goto('/');
    await third.locator('#board').waitFor();
    await second.getByRole('button', { name: 'Forget the key' }).click();
    await third.locator('#sign-in').waitFor();
    expect(await third.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    expect(await first.locator('#board').isVisible()).toBe(true);
  });

  it('may be one that can only read, and then the page shows no button for more', async () => {
    const [pending, ended] = [await stage.watch({ ending: 'never' }), await stage.watchToItsEnd()];
    const page = await (await stage.visitor()).newPage();
    await page.goto('/');
    await page.getByLabel('API key').fill(READER_KEY);
    await page.keyboard.press('Enter');
    await page.locator('header').getByText('reader', { exact: true }).waitFor();
    await page.locator('#list').getByText(pending).waitFor();
    expect(await page.getByText('Watch a task', { exact: true }).isVisible()).toBe(false);
    for (const [taskId, title] of [
      // Of an import, once the first poll has heard its type.
      [pending, /^(Task|Import) (?!succeeded)/],
      [ended, 'Import succeeded'],
    ] as const) {
      await page.goto(`/#${taskId}`);
      await page.locator('#detail-title').getByText(title).waitFor();
      expect(await page.locator('#actions button:visible').count()).toBe(0);
    }
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await page.getByLabel('API key').fill(API_KEY);
    await page.keyboard.press('Enter');
    await page.getByText('Watch a task', { exact: true }).waitFor();
    await page.goto(`/#${ended}`);
    await page.getByRole('button', { name: 'Tell again' }).waitFor();
  });

  it('is asked for again when it is wrong, and the link is not lost', async () => {
    const taskId = await stage.watchToItsEnd();
    const page = await (await stage.visitor()).newPage();
    await page.goto(`/#${taskId}`);
    await page.getByLabel('API key').fill('not-this-one');
    await page.getByLabel('Keep the key on this device').check();
    await page.keyboard.press('Enter');
    await page.getByText('Unknown API key.').waitFor();
    expect(await page.evaluate('localStorage.length')).toBe(0);
    await page.getByLabel('API key').fill(API_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Import succeeded' }).waitFor();
  });
});
