import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedAgo } from './seed.ts';
import { openStage, type Stage } from './stage.ts';

const outcomes = ['succeeded', 'failed', 'rejected'] as const;
const results = Array.from({ length: 120 }, (_, i) =>
  endedAgo((i + 1) * 60_000, {
    taskId: `t${i}`,
    label: i === 0 ? ' spaced ' : `${i % 2 ? 'orders' : 'billing'} ${i}`,
    outcome: outcomes[i % 3] ?? 'failed',
  }),
);

describe('whoever looks for tasks', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ results });
  });
  afterAll(() => stage.close());
  const openList = async (hash = '#/tasks') => {
    const page = await stage.open(hash);
    const names = () => page.locator('table.list a.name').allTextContents();
    await expect.poll(async () => (await names()).length).toBeGreaterThan(0);
    return { page, names };
  };

  it('ticks two outcomes, types the start of a label, chooses the last hour, and finds all that again after a reload', async () => {
    const { page, names } = await openList();
    await page.getByLabel('failed', { exact: true }).check();
    await page.getByLabel('rejected').check();
    await page.getByLabel('Label, or its start').fill('orders*');
    await page.keyboard.press('Enter');
    await page.getByLabel('Since').selectOption('last hour');
    await expect.poll(() => page.url()).toContain('#/tasks?outcome=failed%2Crejected&label=orders*&since=1h');
    const wanted = results
      .filter(({ label = '', outcome }, i) => i < 59 && label.startsWith('orders') && outcome !== 'succeeded')
      .map(({ label }) => label);
    await expect.poll(names).toEqual(wanted);
    await page.reload();
    await expect.poll(names).toEqual(wanted);
    expect(await page.getByLabel('rejected').isChecked()).toBe(true);
    expect(await page.getByLabel('Label, or its start').inputValue()).toBe('orders*');
  });

  it('types the start of a label slowly, while the list is drawn again, and loses none of it', async () => {
    const { page } = await openList();
    await page.getByLabel('Label, or its start').pressSequentially('ord');
    // A change of the address draws the whole form again, as each answer does.
    await page.evaluate("location.hash = '#/tasks?since=1h'");
    await expect.poll(() => page.getByLabel('Since').inputValue()).toBe('1h');
    await page.getByLabel('Label, or its start').pressSequentially('ers*');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('label=orders*');
  });

  it('goes back and forward through filters and tasks', async () => {
    const { page, names } = await openList();
    await page.getByLabel('State').selectOption('ended');
    await page.getByLabel('failed', { exact: true }).check();
    await expect.poll(async () => (await names())[0]).toBe('orders 1');
    await page.getByRole('link', { name: 'orders 1', exact: true }).click();
    await page.getByRole('heading', { name: 'orders 1', exact: true }).waitFor();
    await page.goBack();
    await expect.poll(async () => (await names())[0]).toBe('orders 1');
    await page.goBack();
    await expect.poll(() => page.url()).toContain('#/tasks?state=final');
    expect(await page.getByLabel('failed', { exact: true }).isChecked()).toBe(false);
    await page.goForward();
    await page.goForward();
    await page.getByRole('heading', { name: 'orders 1', exact: true }).waitFor();
  });

  it('opens a task from far down the list, and is back at its row', async () => {
    const { page } = await openList();
    const link = page.getByRole('link', { name: 'billing 40', exact: true });
    await link.scrollIntoViewIfNeeded();
    const before = await link.boundingBox();
    await link.click();
    await page.getByRole('heading', { name: 'billing 40', exact: true }).waitFor();
    expect(await page.evaluate('scrollY')).toBe(0);
    await page.goBack();
    await expect.poll(() => link.boundingBox()).toEqual(before);
  });

  it('leafs to older tasks, fifty at a time, and to the newest again', async () => {
    const { page, names } = await openList();
    expect(await names()).toHaveLength(50);
    await page.getByRole('link', { name: 'Older' }).click();
    await expect.poll(async () => (await names())[0]).toBe('billing 50');
    await page.getByRole('link', { name: 'Older' }).click();
    await expect.poll(async () => (await names()).length).toBe(20);
    expect(await page.getByRole('link', { name: 'Older' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Newest' }).click();
    await expect.poll(async () => (await names())[1]).toBe('orders 1');
  });

  it('finds a label that begins or ends with a space, and takes spaces alone for no filter', async () => {
    const { page, names } = await openList();
    await page.getByLabel('Label, or its start').fill(' spaced ');
    await page.keyboard.press('Enter');
    await expect.poll(names).toEqual(['spaced']);
    await page.getByLabel('Label, or its start').fill('  ');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await names()).length).toBe(50);
  });

  it('reads why a filter is refused, sees no rows that do not fit it, and is offered all tasks where none fits', async () => {
    const { page, names } = await openList();
    await page.getByLabel('Label, or its start').fill('refus\u200Bable');
    await page.keyboard.press('Enter');
    await page.getByText('Not refreshed: "label" must be').waitFor();
    expect(await names()).toEqual([]);
    await page.getByLabel('Label, or its start').fill('unheard-of');
    await page.keyboard.press('Enter');
    await page.getByText('No task fits.').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect.poll(async () => (await names()).length).toBe(50);
    expect(await page.getByLabel('Label, or its start').inputValue()).toBe('');
  });
});
