import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedAgo } from './seed.ts';
import { NARROW, openStage, overhang, type Stage, stateOf } from './stage.ts';

const GROUP = 'b09d9ff9c7a24dcb8d06f7c5eeaf9e5e';
const failureOf = (i: number) => ({
  method: 'GET',
  path: `/pets/${i}`,
  error_code: i < 150 ? 'APIG.2011' : 'APIG.3201',
  error_msg: i < 150 ? 'Invalid parameter value' : 'The name exists',
});
const failure = Array.from({ length: 160 }, (_, i) => failureOf(i));
const many = endedAgo(60_000, {
  taskId: 'many',
  label: 'many failures',
  outcome: 'partially_succeeded',
  summary: { created: 1, failed: 160, group_id: GROUP },
  result: { kind: 'import', group_id: GROUP, success: [{ method: 'GET', path: '/fine', action: 'create' }], failure },
  answers: [
    { taskStatus: 'waiting', atMs: Date.now() - 95_000 },
    { taskStatus: 'processing', atMs: Date.now() - 90_000 },
  ],
  deliveries: [
    { channel: 'ops', status: 'delivered', at: new Date(Date.now() - 58_000).toISOString(), attempts: 1 },
    {
      ...{ channel: 'webhook', status: 'failed' as const, at: new Date(Date.now() - 50_000).toISOString() },
      ...{ attempts: 3, http_status: 500, reason: 'the receiver answers 500' },
    },
  ],
  context: { run_url: 'https://ci.example.com/7', commit: 'f3c9a1d' },
});
const before = endedAgo(3_600_000, { taskId: 'before', label: 'the one before', summary: { group_id: GROUP } });

describe('whoever opens a task', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ results: [many, before] });
  });
  afterAll(() => stage.close());
  const openTask = async (id: string, name: string | RegExp, options = {}) => {
    const page = await stage.open(`#${id}`, options);
    await page.getByRole('heading', { name, ...(typeof name === 'string' && { exact: true }) }).waitFor();
    return page;
  };
  const part = (page: Page, name: string) => page.getByRole('region', { name });

  it('has it under an address, with its name as the title, and the keyboard on its heading', async () => {
    const page = await openTask('many', 'many failures');
    expect(await page.title()).toBe('many failures: partially succeeded – APIG tasks');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('many failures');
    await page.goto('/#before');
    await page.getByRole('heading', { name: 'the one before', exact: true }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'many failures', exact: true }).waitFor();
  });

  it('reads its timeline: registered, what Huawei Cloud said, the end, each delivery, with the zone of the times', async () => {
    const page = await openTask('many', 'many failures', { timezoneId: 'Asia/Shanghai' });
    const moments = await part(page, 'Timeline').getByRole('listitem').allTextContents();
    expect(moments.map((text) => text.split(/ \d|after|3 attempts/)[0]?.trim())).toEqual([
      expect.stringContaining('Registered'),
      expect.stringContaining('Huawei Cloud: waiting'),
      expect.stringContaining('Huawei Cloud: processing'),
      'Ended: partially succeeded',
      expect.stringContaining('ops: delivered'),
      'webhook: failed',
      expect.stringContaining('The result will be deleted'),
    ]);
    expect(moments[5]).toContain('3 attempts, HTTP 500, the receiver answers 500');
    for (const text of moments) expect(text).toMatch(/\d{2}:\d{2}:\d{2} GMT\+8/);
  });

  it('reads what has happened as past, although the clock of the browser is an hour behind', async () => {
    const page = await stage.open();
    await page.clock.setFixedTime(Date.now() - 3_600_000);
    await page.goto('/#many');
    const coming = part(page, 'Timeline').locator('li.coming');
    await coming.first().waitFor();
    expect(await coming.locator('strong').allTextContents()).toEqual(['The result will be deleted']);
  });

  it('reads its failures by code with what helps, and has all of them shown', async () => {
    const page = await openTask('many', 'many failures');
    const failures = part(page, 'APIs that failed');
    await failures.getByText('160 APIs failed').waitFor();
    const groups = failures.getByRole('group');
    expect(await groups.count()).toBe(2);
    expect(await groups.first().textContent()).toMatch(/150 × APIG\.2011 Invalid parameter value.*Correct the field/);
    expect(await groups.first().getByRole('listitem').count()).toBe(20);
    await groups.first().getByRole('button', { name: 'Show all 150' }).click();
    expect(await groups.first().getByRole('listitem').last().textContent()).toContain('/pets/149');
  });

  it('follows the link to the CI run, and finds the last imports of the same group', async () => {
    const page = await openTask('many', 'many failures');
    expect(await page.getByRole('link', { name: 'https://ci.example.com/7' }).getAttribute('rel')).toContain(
      'noopener',
    );
    await part(page, 'Of the same API group').getByRole('link', { name: 'the one before' }).click();
    await page.getByRole('heading', { name: 'the one before', exact: true }).waitFor();
  });

  it('imports the mended file into the group that the first import has made', async () => {
    const page = await openTask('many', 'many failures');
    await page.getByRole('link', { name: 'Import the mended file into this group' }).click();
    await expect.poll(() => page.getByLabel('an existing one').isChecked()).toBe(true);
    const form = part(page, 'Import an OpenAPI file');
    expect(await form.getByLabel('API group').inputValue()).toBe(GROUP);
    await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['{}'], 'mended.json'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    await form.getByText('mended.json').waitFor();
    expect(await form.getByLabel('API group').inputValue({ timeout: 1_000 })).toBe(GROUP);
  });

  it('has the failures on a telephone without a line that is too wide', async () => {
    const page = await openTask('many', 'many failures', { viewport: NARROW });
    await part(page, 'APIs that failed').getByText('/pets/0').waitFor();
    expect(await overhang(page)).toBe(0);
  });

  it.each(['nobody-knows-this', '..', '%E0%A4%A'])('hears that there is no task %s', async (name) => {
    const page = await stage.open(`#${name}`);
    await page.getByText(`There is no task “${name}” here.`).waitFor();
    expect(await page.getByText('Notify again').count()).toBe(0);
  });

  it('follows it from running to its end', async () => {
    const taskId = await stage.watch({ ending: 'never' }, { label: 'followed' });
    const page = await openTask(taskId, 'followed');
    const timeline = part(page, 'Timeline');
    await timeline.getByText('Deadline').waitFor();
    expect(await timeline.getByText('Next poll').count()).toBe(1);
    await timeline.getByText('Huawei Cloud: processing').waitFor({ timeout: 15_000 });
    stage.simulator.control.addTask({ taskId });
    await timeline.getByText('Ended: succeeded').waitFor({ timeout: 15_000 });
    expect(await page.locator('#live').textContent()).toBe('Finished: succeeded.');
    expect(await timeline.getByText('Huawei Cloud: processing').count()).toBe(1);
    expect(await page.getByText('Stop watching').count()).toBe(0);
  });

  it('stops watching it, after a question', async () => {
    const taskId = await stage.watch({ ending: 'never' }, { label: 'stopped' });
    const page = await openTask(taskId, 'stopped');
    await page.getByRole('button', { name: 'Stop watching …' }).click();
    await page.getByRole('button', { name: 'Keep watching' }).click();
    expect(await stateOf(stage.url, taskId)).toBe('pending');
    await page.getByRole('button', { name: 'Stop watching …' }).click();
    await page.getByRole('button', { name: 'Stop watching', exact: true }).click();
    await part(page, 'Counts of the last day').waitFor();
    expect(await stateOf(stage.url, taskId)).toBeUndefined();
  });

  it('notifies everybody again, or only the channels that are chosen', async () => {
    const page = await openTask('many', 'many failures');
    await page.getByText('Notify again …').click();
    const send = page.getByRole('button', { name: 'Notify again' });
    await send.click();
    await page.getByText('Published again, under the same event id.').waitFor();
    await page.getByLabel('only:').check();
    await send.click();
    await page.getByText('Choose a channel, or everybody.').waitFor();
    const sent = page.waitForRequest((request) => request.url().endsWith('/tasks/many/notifications'));
    await page.getByLabel('ops').check();
    await expect.poll(() => page.getByLabel('only:').isChecked()).toBe(true);
    await send.click();
    expect((await sent).postDataJSON()).toEqual({ channel: 'ops' });
    await page.getByText(/"channel" (is not a known channel|names a channel)/).waitFor();
  });

  it('watches it again with what was wrong corrected', async () => {
    const taskId = await stage.watchToItsEnd(
      { ending: 'never' },
      { deadline_seconds: undefined, label: 'mistyped', instance_id: 'a-wrong-gateway' },
    );
    const page = await openTask(taskId, 'mistyped');
    expect(await page.getByText('send POST').count()).toBe(0);
    await page.getByLabel('Gateway (instance_id)').fill('the-right-gateway');
    await page.getByLabel('Label').fill('corrected');
    const sent = page.waitForRequest((request) => request.url().endsWith('/watch'));
    await page.getByRole('button', { name: 'Watch again' }).click();
    expect((await sent).postDataJSON()).toEqual({ instance_id: 'the-right-gateway', label: 'corrected' });
    await page.getByRole('heading', { name: 'corrected', exact: true }).waitFor();
  });

  it('is not offered to watch again what Huawei Cloud has answered', async () => {
    const taskId = await stage.watchToItsEnd({ ending: 'failure' }, { label: 'answered' });
    const page = await openTask(taskId, 'answered');
    await page.getByText('Notify again …').waitFor();
    expect(await page.getByText('Watch again').count()).toBe(0);
  });

  it('reads why a result could not be read, and where the whole is', async () => {
    const taskId = await stage.watchToItsEnd({ taskResult: 'no JSON at all' }, { label: 'unreadable' });
    const page = await openTask(taskId, 'unreadable');
    await page.getByText('could not be read (it is not JSON): see “As the API answers it”').waitFor();
    await page.getByText('As the API answers it', { exact: true }).click();
    await expect.poll(() => page.locator('details pre').textContent()).toContain('no JSON at all');
  });
});
