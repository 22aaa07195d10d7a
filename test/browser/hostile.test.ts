import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedAgo, runningSince } from './seed.ts';
import { NARROW, openStage, overhang, type Stage } from './stage.ts';

const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const TURNED = '\u202Egnp.exe\u2066\u200F\u0007';
const LONG = 'W'.repeat(5_000);
const hostile = `${MARKUP}${TURNED}${LONG}`;
const failure = [{ method: hostile, path: hostile, error_code: hostile, error_msg: hostile, help: { toString: 1 } }];
const results = [
  endedAgo(1_000, {
    taskId: 'import',
    label: MARKUP.slice(0, 128),
    outcome: 'partially_succeeded',
    taskType: hostile,
    taskStatus: hostile,
    groupName: hostile,
    summary: { failed: 1, group_id: hostile },
    firstFailure: failure[0] as never,
    result: { kind: 'import', success: [{ method: hostile, path: hostile }], failure: failure as never },
    context: { run_url: 'javascript:window.hacked=1', note: `${MARKUP}${TURNED}` },
    answers: [{ taskStatus: hostile, atMs: Date.now() }],
    deliveries: [{ channel: 'ops', status: 'failed', at: new Date().toISOString(), attempts: 2, reason: hostile }],
  }),
  endedAgo(2_000, {
    taskId: 'failure',
    outcome: 'failed',
    summary: {},
    error: { code: hostile, message: hostile, requestId: hostile },
    result: { kind: 'failure', error_code: hostile, error_msg: hostile },
  }),
];
const pending = [
  runningSince(1_000, { taskId: 'running', label: 'plain', lastError: { code: hostile, message: hostile } }),
];

describe('whoever opens the page while Huawei Cloud says anything at all', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ results, pending });
    stage.simulator.control.addTask({ taskId: 'running', ending: 'never', taskStatus: hostile });
  });
  afterAll(() => stage.close());

  const label = encodeURIComponent(MARKUP.slice(0, 128));
  it.each([
    ['the overview', '', 'table.list'],
    ['the list', `#/tasks?label=${label}`, 'table.list'],
    ['an import', '#import', '.timeline'],
    ['a failure', '#failure', '.timeline'],
    ['a running task', '#running', '.timeline'],
    ['a task that nobody knows', `#${encodeURIComponent(hostile.slice(0, 300))}`, 'h2'],
    ['the history', '#/history', 'table.history'],
    ['the history of a label', `#/history?label=${label}`, 'h2'],
  ])('sees it as text in %s, in lines that fit, and nothing of it runs', async (_view, hash, selector) => {
    const page = await stage.open(hash, { viewport: NARROW });
    const troubles = troublesOf(page);
    await page.locator(selector).first().waitFor();
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    await expect.poll(() => page.locator('details:not([open])').count()).toBe(0);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img:not([role]), script[src], a[href^="javascript:"]').count()).toBe(0);
    expect(await page.locator('#app').textContent()).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200E\u200F]/);
    expect(await overhang(page)).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('reads such characters by name in the answer of the API', async () => {
    const page = await stage.open('#import');
    await page.getByText('As the API answers it', { exact: true }).click();
    const json = page.locator('details.card pre');
    await expect.poll(() => json.textContent()).toContain('\\u202egnp');
    expect(JSON.parse((await json.textContent()) ?? '').context.note).toBe(`${MARKUP}${TURNED}`);
  });

  it('loads nothing from elsewhere, under a policy that lets no other script run', async () => {
    const page = await stage.open();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.reload();
    await page.locator('table.list').waitFor();
    expect([...hosts].filter((origin) => origin !== 'null')).toEqual([stage.url]);
    const blocked = await page.evaluate(`(() => {
      const script = document.createElement('script');
      try { script.textContent = 'window.hacked = 1'; document.body.append(script); } catch {}
      try { document.body.insertAdjacentHTML('beforeend', '<b></b>'); return 'allowed'; } catch { return window.hacked ?? 'blocked'; }
    })()`);
    expect(blocked).toBe('blocked');
  });
});

function troublesOf(page: Page): string[] {
  const troubles: string[] = [];
  page.on('pageerror', ({ message }) => troubles.push(message));
  page.on('console', (message) => {
    // Chromium notes each answer that is not 2xx.
    if (message.type() === 'error' && !message.text().includes('404')) troubles.push(message.text());
  });
  return troubles;
}
