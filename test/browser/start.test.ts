import { Buffer } from 'node:buffer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import petstore from '../../examples/petstore.json' with { type: 'json' };
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { openStage, type Stage } from './stage.ts';

const fileOf = (title: string) => JSON.stringify({ ...petstore, info: { title, version: '1' } });

describe('whoever starts something from the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({}, 3_600_000);
  });
  afterAll(() => stage.close());
  const part = (page: Page, name: string) => page.getByRole('region', { name });
  const choose = (page: Page, text: string) =>
    page.getByLabel('File', { exact: true }).setInputFiles({
      ...{ name: 'api.json', mimeType: 'application/json', buffer: Buffer.from(text) },
    });

  it('drops a file on the list, imports it, and watches it run to its end', async () => {
    const page = await stage.open();
    await page.getByRole('link', { name: 'Start', exact: true }).waitFor();
    await page.evaluate(`(() => {
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(fileOf('dropped'))}], 'dropped.json', { type: 'application/json' }));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    })()`);
    const form = part(page, 'Import an OpenAPI file');
    await form.getByText('dropped.json').waitFor();
    await form.getByLabel('Label').fill('from the page');
    await form.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('heading', { name: 'from the page', exact: true }).waitFor();
    const timeline = part(page, 'Timeline');
    await timeline.getByText('import started').waitFor();
    await timeline.getByText(/Ended: (succeeded|partially succeeded)/).waitFor({ timeout: 20_000 });
    expect(await part(page, 'About the task').textContent()).toContain('dropped.json');
    await page.getByRole('link', { name: 'Start', exact: true }).click();
    await form.waitFor();
    expect(await form.textContent()).not.toContain('dropped.json');
  });

  it('imports into an existing group with override', async () => {
    const page = await stage.open('#/start');
    await choose(page, fileOf('into'));
    await page.getByLabel('an existing one').check();
    const form = part(page, 'Import an OpenAPI file');
    await form.getByLabel('API group').fill(SMALL_GROUP_ID);
    await form.getByLabel('APIs that exist').selectOption('override');
    // A form with a file is hidden from the test: the page is asked what it sends.
    await page.evaluate(`(() => {
      const send = fetch;
      window.fetch = (path, options) => {
        if (path === 'imports') window.sent = Object.fromEntries([...options.body].filter(([, value]) => !value.size));
        return send(path, options);
      };
    })()`);
    await form.getByRole('button', { name: 'Import' }).click();
    await expect
      .poll(() => page.evaluate('window.sent'))
      .toEqual({
        ...{ is_create_group: 'false', group_id: SMALL_GROUP_ID, api_mode: 'override', extend_mode: 'merge' },
      });
    await part(page, 'Timeline').getByText('import started').waitFor();
    expect(await part(page, 'About the task').textContent()).toContain(SMALL_GROUP_ID);
  });

  it('reads what is wrong with a file and what helps, and sends the next one under another key', async () => {
    const page = await stage.open('#/start');
    const keys: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/imports')) keys.push(request.headers()['idempotency-key']);
    });
    const send = page.getByRole('button', { name: 'Import' });
    await choose(page, '{"openapi": "3.1.0"}');
    await send.click();
    await page.getByText(/"file_name" is OpenAPI 3\.1\.0, which Huawei Cloud does not import\. .*convert/).waitFor();
    await send.click();
    await expect.poll(() => keys.length).toBe(2);
    expect(keys[1]).toBe(keys[0]);
    await choose(page, fileOf('mended'));
    await send.click();
    await part(page, 'Timeline').waitFor();
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('starts nothing twice when the answer was lost and it is sent again', async () => {
    const page = await stage.open('#/start');
    let isCut = true;
    await page.route('**/imports', async (route) => {
      await route.fetch();
      if (isCut) await route.abort();
      else await route.continue();
      isCut = false;
    });
    await choose(page, fileOf('once'));
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByText('The service does not respond. Send it again: it starts once at most.').waitFor();
    const before = stage.simulator.control.stats();
    await page.getByRole('button', { name: 'Import' }).click();
    await part(page, 'Timeline').getByText('import started').waitFor();
    const importsOf = (stats: object) => /"import":(\d+)/.exec(JSON.stringify(stats))?.[1];
    expect(importsOf(stage.simulator.control.stats())).toBe(importsOf(before));
  });

  it('exports a group with its options', async () => {
    const page = await stage.open('#/start');
    const form = part(page, 'Export an API group');
    await form.getByLabel('API group').fill(SMALL_GROUP_ID);
    await form.getByLabel('Environment').fill(RELEASE_ENVIRONMENT_ID);
    await form.getByRole('combobox', { name: 'What', exact: true }).selectOption('all');
    await form.getByRole('combobox', { name: 'Format', exact: true }).selectOption('yaml');
    await form.getByRole('button', { name: 'Export' }).click();
    await part(page, 'The document').getByRole('button', { name: 'Look at it' }).click({ timeout: 20_000 });
    await part(page, 'Text of the document').getByText('swagger').waitFor();
  });

  it('pastes one id', async () => {
    const taskId = stage.simulator.control.addTask({});
    const page = await stage.open('#/start');
    await page.getByLabel('Task ids').fill(`  ${taskId}\n`);
    await part(page, 'Watch running tasks').getByLabel('Label').fill('pasted');
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.getByRole('heading', { name: 'pasted', exact: true }).waitFor();
  });

  it('pastes Huawei Cloud’s answer', async () => {
    const taskId = stage.simulator.control.addTask({});
    const page = await stage.open('#/start');
    await page.getByLabel('Task ids').fill(JSON.stringify({ task_id: taskId, task_status: 'waiting' }, null, 2));
    await page.getByText('1 id found.').waitFor();
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await expect.poll(() => page.url()).toBe(`${stage.url}/#${taskId}`);
  });

  it('pastes a list, and reads which word is no id and which task is refused', async () => {
    const [one, two] = [stage.simulator.control.addTask({}), await stage.watch({ ending: 'never' })];
    const page = await stage.open('#/start');
    await page.getByLabel('Task ids').fill(`${one}, ${two}\nhttps://example.com/x`);
    await page.getByText('2 ids found. Not an id: https://example.com/x').waitFor();
    await page.getByRole('button', { name: 'Watch 2 tasks' }).click();
    await page.getByText('1 task now watched. 1 task registered before.').waitFor();
    expect(await page.getByRole('link', { name: 'Running tasks' }).getAttribute('href')).toBe('#/tasks?state=pending');
    await part(page, 'Watch running tasks').getByLabel('Profile').fill('unheard-of');
    await page.getByRole('button', { name: 'Watch 2 tasks' }).click();
    await page.getByText(/unheard-of/).waitFor();
  });
});
