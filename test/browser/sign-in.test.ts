import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY } from '../local/service-process.ts';
import { NARROW, openStage, overhang, READER_KEY, type Stage } from './stage.ts';

describe('the key of the status page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  const visit = async (address = '/') => {
    const page = await (await stage.visitor()).newPage();
    await page.goto(address);
    return page;
  };
  const signIn = async (page: Page, key: string) => {
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
  };

  it('is asked for in a narrow card that says where it is', async () => {
    const page = await visit();
    const card = page.locator('#sign-in');
    expect(await card.textContent()).toMatch(/generated_key in the ApiKeysSecret; on one machine the file api-key/);
    expect((await card.boundingBox())?.width).toBeLessThan(450);
    await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('key');
    expect(await page.getByLabel('Keep the key on this device').isChecked()).toBe(false);
  });

  it('is asked for on a telephone without a line that is too wide', async () => {
    const page = await (await stage.visitor({ viewport: NARROW })).newPage();
    await page.goto('/');
    expect(await overhang(page)).toBe(0);
  });

  it('is asked for before the task of a link is shown', async () => {
    const taskId = await stage.watchToItsEnd({}, { label: 'linked' });
    const page = await visit(`/#${taskId}`);
    expect(await page.getByRole('heading', { name: 'linked' }).count()).toBe(0);
    await signIn(page, API_KEY);
    await page.getByRole('heading', { name: 'linked', exact: true }).waitFor();
  });

  it('is forgotten with its tab unless it shall be kept', async () => {
    const context = await stage.visitor();
    const [first, second, third] = [await context.newPage(), await context.newPage(), await context.newPage()];
    const list = (page: Page) => page.getByRole('region', { name: 'Counts of the last day' });
    await first.goto('/');
    await signIn(first, API_KEY);
    await list(first).waitFor();
    await second.goto('/');
    await second.getByLabel('Keep the key on this device').check();
    await signIn(second, API_KEY);
    await list(second).waitFor();
    await third.goto('/');
    await list(third).waitFor();
    await second.getByRole('button', { name: 'Forget the key' }).click();
    await third.locator('#sign-in').waitFor();
    expect(await third.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    expect(await list(first).isVisible()).toBe(true);
  });

  it('may be one that can only read, and then the page offers nothing else', async () => {
    const [pending, ended] = [
      await stage.watch({ ending: 'never' }, { label: 'still-running' }),
      await stage.watchToItsEnd({ ending: 'never' }, { deadline_seconds: undefined, label: 'expires' }),
    ];
    const page = await visit();
    await signIn(page, READER_KEY);
    await page.locator('header').getByText('reader', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'still-running' }).waitFor();
    const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
    expect(await views.allTextContents()).toEqual(['Overview', 'Tasks', 'History']);
    for (const [taskId, name] of [
      [pending, 'still-running'],
      [ended, 'expires'],
    ] as const) {
      await page.goto(`/#${taskId}`);
      await page.getByRole('heading', { name, exact: true }).waitFor();
      expect(await page.getByText(/Stop watching|Watch again|Notify again/).count()).toBe(0);
    }
    await page.goto('/#/start');
    await page.getByText('This key may start and register nothing.').waitFor();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await signIn(page, API_KEY);
    await page.getByRole('link', { name: 'Start', exact: true }).waitFor();
    await page.goto(`/#${ended}`);
    await page.getByText('Notify again …').waitFor();
  });

  it('is asked for again when it is wrong, and the link is not lost', async () => {
    const taskId = await stage.watchToItsEnd({}, { label: 'wrong-first' });
    const page = await visit(`/#${taskId}`);
    await page.getByLabel('Keep the key on this device').check();
    await signIn(page, 'not-this-one');
    await page.getByText('Unknown API key.').waitFor();
    expect(await page.evaluate('localStorage.length')).toBe(0);
    await signIn(page, API_KEY);
    await page.getByRole('heading', { name: 'wrong-first', exact: true }).waitFor();
  });

  it('stays the new one when an answer to the old one comes late', async () => {
    const page = await visit();
    const late = Promise.withResolvers<void>();
    await page.route('**/whoami', async (route) => {
      if (route.request().headers().authorization === 'Bearer not-this-one') await late.promise;
      await route.continue();
    });
    await signIn(page, 'not-this-one');
    await page.getByText('Unknown API key.').waitFor();
    await signIn(page, API_KEY);
    await page.getByRole('region', { name: 'Counts of the last day' }).waitFor();
    const answered = page.waitForResponse(
      (response) => response.status() === 401 && response.url().endsWith('/whoami'),
    );
    late.resolve();
    await (await answered).finished();
    await page.getByRole('link', { name: 'Start', exact: true }).waitFor();
    expect(await page.locator('#sign-in').count()).toBe(0);
  });
});
