import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NARROW, openStage, overhang, type Stage, stateOf } from './stage.ts';

const dialogOf = (page: Page) => page.locator('#detail');
const hashOf = (page: Page) => new URL(page.url()).hash;
const fact = (page: Page, term: string) => page.locator(`dt:text-is("${term}") + dd`).textContent({ timeout: 10_000 });

describe('the dialog of the status page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('has an address, and goes back and forward', async () => {
    const taskId = await stage.watchToItsEnd();
    const page = await stage.open();
    await page.getByRole('link', { name: taskId }).click();
    await dialogOf(page).waitFor();
    expect(hashOf(page)).toBe(`#${taskId}`);
    await expect.poll(() => page.title()).toContain(taskId);
    await page.goBack();
    await dialogOf(page).waitFor({ state: 'hidden' });
    await page.goForward();
    await dialogOf(page).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.url()).toBe(`${stage.url}/`);
    await page.goBack();
    await dialogOf(page).waitFor();
  });

  it('puts the keyboard on Close first, and on the row again after Esc', async () => {
    const taskId = await stage.watchToItsEnd();
    const page = await stage.open();
    await page.getByRole('link', { name: taskId }).focus();
    await page.keyboard.press('Enter');
    await fact(page, 'Task');
    expect(await page.evaluate('document.activeElement.id')).toBe('close');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate('document.activeElement.dataset.task')).toBe(taskId);
    await expect.poll(() => hashOf(page)).toBe('');
  });

  it.each(['nobody-knows-this', '..', '%E0%A4%A'])('says so where there is no task %s', async (name) => {
    const page = await stage.open(`#${name}`);
    await page.getByText(`There is no task “${name}” here.`).waitFor();
    expect(await page.getByRole('button', { name: 'Tell again' }).isVisible()).toBe(false);
  });

  it('says in words what a refusal was', async () => {
    const { control } = stage.simulator;
    const taskId = control.addTask();
    control.setFault({ fault: { kind: 'error', status: 400, code: 'APIG.2012' }, match: { taskId } });
    await stage.watchToItsEnd({ taskId }, { label: 'refused' });
    const page = await stage.open(`#${taskId}`);
    expect(await fact(page, 'Error')).toBe('APIG.2012');
    expect(await fact(page, 'Message')).toContain('Invalid parameter value');
    expect(await fact(page, 'Request id')).toMatch(/^[0-9a-f]{20,}$/);
    expect(await fact(page, 'Label')).toBe('refused');
    expect(await page.getByRole('heading', { name: 'Task rejected' }).isVisible()).toBe(true);
    expect(await page.locator('#json').isVisible()).toBe(false);
  });

  it('says of a result that could not be read why, and where the whole is', async () => {
    const taskId = await stage.watchToItsEnd({ taskResult: 'no JSON at all' });
    const page = await stage.open(`#${taskId}`);
    const whole = 'see “As the API answers it” for what Huawei Cloud sent';
    expect(await fact(page, 'Result')).toBe(`could not be read (it is not JSON): ${whole}`);
    await page.getByText('As the API answers it', { exact: true }).click();
    expect(await page.locator('#json').textContent()).toContain('no JSON at all');
  });

  it('shows no text that turns what is around it, and JSON that names such characters', async () => {
    const failure = { method: 'GET', path: '/a\u202Eb', error_code: '\u2066APIG.1\u2069', error_msg: 'so\u0007 bad' };
    const taskId = await stage.watchToItsEnd({ taskResult: JSON.stringify({ success: [], failure: [failure] }) });
    const page = await stage.open(`#${taskId}`);
    const cells = page.locator('table.failures td');
    await cells.first().waitFor();
    expect(await cells.allTextContents()).toEqual(['GET', '/a b', 'APIG.1', 'so bad']);
    const json = (await page.locator('#json').textContent()) ?? '';
    expect(json).toContain('"/a\\u202eb"');
    expect(JSON.parse(json).result.failure).toEqual([failure]);
  });

  it('cleans what Huawei Cloud said of a refusal', async () => {
    const { control } = stage.simulator;
    const taskId = control.addTask();
    const fault = { kind: 'error', status: 400, code: 'APIG\u202E.2012', message: 'so\u200F bad' } as const;
    control.setFault({ fault, match: { taskId } });
    await stage.watchToItsEnd({ taskId });
    const page = await stage.open(`#${taskId}`);
    expect(await fact(page, 'Error')).toBe('APIG .2012');
    expect(await fact(page, 'Message')).toBe('so bad');
  });

  it('keeps the headings of failures in a narrow window', async () => {
    const taskId = await stage.watchToItsEnd({ ending: 'partial' });
    const page = await stage.open(`#${taskId}`, NARROW);
    const code = page.getByRole('dialog').getByText('APIG.2011', { exact: true });
    await code.waitFor();
    expect(await code.getAttribute('data-label')).toBe('Code');
    expect(await page.evaluate('getComputedStyle(document.querySelector("td[data-label]"), "::before").content')).toBe(
      '"Method"',
    );
    expect(await overhang(page)).toBe(0);
    expect(await page.evaluate('document.querySelector("dialog").scrollWidth - innerWidth')).toBeLessThan(0);
  });

  it('shows when a pending task is polled and given up, and stops watching after a question', async () => {
    const taskId = await stage.watch({ ending: 'never' });
    const page = await stage.open(`#${taskId}`);
    expect(await fact(page, 'Next poll')).toMatch(/\d{2}:\d{2}:\d{2}, (in|due)/);
    expect(await fact(page, 'Deadline')).toMatch(/in (1 h|59 min)/);
    await page.getByRole('button', { name: 'Stop watching' }).click();
    await page.getByRole('button', { name: 'Keep watching' }).click();
    expect(await stateOf(stage.url, taskId)).toBe('pending');
    await page.getByRole('button', { name: 'Stop watching' }).click();
    await page.getByRole('group', { name: 'Stop watching?' }).getByRole('button', { name: 'Stop watching' }).click();
    await dialogOf(page).waitFor({ state: 'hidden' });
    expect(await stateOf(stage.url, taskId)).toBeUndefined();
    await expect.poll(() => page.getByRole('link', { name: taskId }).count()).toBe(0);
  });

  it('follows a pending task to its end', async () => {
    const taskId = await stage.watch({ ending: 'never' });
    const page = await stage.open(`#${taskId}`);
    await page.getByRole('heading', { name: 'Task pending' }).waitFor();
    stage.simulator.control.addTask({ taskId });
    await page.getByText('Finished: succeeded.').waitFor({ timeout: 15_000 });
    expect(await page.getByRole('button', { name: 'Tell again' }).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Stop watching' }).isVisible()).toBe(false);
  });

  it('tells again, and watches again what ended without an answer', async () => {
    const taskId = await stage.watchToItsEnd({ ending: 'never' }, { deadline_seconds: undefined });
    const page = await stage.open(`#${taskId}`);
    await page.getByRole('heading', { name: 'Import expired' }).waitFor();
    await page.getByRole('button', { name: 'Tell again' }).click();
    await page.getByText('Published again, under the same event id.').waitFor();
    await page.getByRole('button', { name: 'Watch again' }).click();
    await page.getByText('The task is now being watched.').waitFor();
    expect(await page.getByRole('button', { name: 'Stop watching' }).isVisible()).toBe(true);
  });

  it('does not offer to watch again what Huawei Cloud has answered', async () => {
    const page = await stage.open(`#${await stage.watchToItsEnd({ ending: 'failure' })}`);
    await page.getByRole('button', { name: 'Tell again' }).waitFor();
    expect(await page.getByRole('button', { name: 'Watch again' }).isVisible()).toBe(false);
  });

  it('saves an exported document under its name', async () => {
    const page = await stage.open(`#${await stage.watchToItsEnd({ taskType: 'export_api' })}`);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the document' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^test8-RELEASE-all/);
  });
});
