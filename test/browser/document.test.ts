import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

const BYTES = 10_000_000;

describe('whoever wants an exported document', () => {
  let stage: Stage;
  let taskId: string;
  beforeAll(async () => {
    stage = await openStage();
    taskId = await stage.watchToItsEnd({ taskType: 'export_api', documentBytes: BYTES }, { label: 'exported' });
  });
  afterAll(() => stage.close());

  it('looks at ten megabytes, and scrolls to the end without a wait', async () => {
    const page = await stage.open(`#${taskId}`);
    await page.getByRole('button', { name: 'Look at it' }).click();
    const lines = page.getByRole('region', { name: 'Text of the document' });
    await lines.locator('pre').getByText('{').first().waitFor();
    expect(await page.evaluate(`document.querySelector('.lines pre').textContent.length`)).toBeLessThan(200_000);
    const tookMs = await page.evaluate(`(async () => {
      const node = document.querySelector('.lines');
      const start = performance.now();
      for (let part = 1; part <= 10; part++) {
        node.scrollTop = (node.scrollHeight * part) / 10;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      }
      return (performance.now() - start) / 10;
    })()`);
    expect(tookMs).toBeLessThan(200);
    await expect.poll(() => lines.locator('pre').textContent()).toMatch(/\}\s*$/);
  });

  it('saves it under its name', async () => {
    const page = await stage.open(`#${taskId}`);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^test8-RELEASE-all/);
  });
});
