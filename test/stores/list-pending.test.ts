import { describe, expect, it } from 'vitest';
import { listPending } from '../../functions/stores/list-pending.ts';
import { InvalidCursorError } from '../../functions/tasks/cursor.ts';
import type { TaskFilter } from '../../functions/tasks/filter.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { aTask, NOW_MS } from '../contract/samples.ts';

/** A table that is read in pages of seven. */
function tableOf(tasks: PendingTask[]) {
  return {
    async *scan() {
      for (let i = 0; i < tasks.length; i += 7) yield tasks.slice(i, i + 7);
    },
  };
}

async function allPages(tasks: PendingTask[], filter: TaskFilter, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listPending(tableOf(tasks), filter, { limit, ...(cursor !== undefined && { cursor }) });
    pages.push(page.items.map((task) => task.taskId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

/** Registered in an order that is not the table's, three at the same time each. */
const tasks = Array.from({ length: 30 }, (_, i) =>
  aTask({
    taskId: `task-${String(i).padStart(2, '0')}`,
    registeredAtMs: NOW_MS + Math.floor(((i * 7) % 30) / 3),
    instanceId: i % 2 ? 'odd' : 'even',
    ...(i < 5 && { label: 'early' }),
  }),
);
const newestFirst = tasks
  .toSorted((a, b) => b.registeredAtMs - a.registeredAtMs || (a.taskId > b.taskId ? -1 : 1))
  .map((task) => task.taskId);

describe('Listing pending tasks', () => {
  it.each([1, 3, 4, 29, 30, 100])('pages through all of them newest first, %i at a time', async (limit) => {
    const pages = await allPages(tasks, {}, limit);
    expect(pages.flat()).toEqual(newestFirst);
    expect(pages).toHaveLength(Math.ceil(30 / limit));
  });

  it('filters by gateway and label, alone and together', async () => {
    const ids = async (filter: TaskFilter) => (await allPages(tasks, filter, 4)).flat();
    expect(await ids({ instanceId: 'odd' })).toEqual(newestFirst.filter((id) => Number(id.slice(-2)) % 2 === 1));
    expect((await ids({ label: 'early' })).sort()).toEqual(['task-00', 'task-01', 'task-02', 'task-03', 'task-04']);
    expect((await ids({ label: 'early', instanceId: 'odd' })).sort()).toEqual(['task-01', 'task-03']);
    expect(await ids({ label: 'unknown' })).toEqual([]);
  });

  it('goes on after a task that has left the table since', async () => {
    const first = await listPending(tableOf(tasks), {}, { limit: 4 });
    const left = tasks.filter((task) => task.taskId !== newestFirst[3]);
    const second = await listPending(tableOf(left), {}, { limit: 4, cursor: first.nextCursor ?? '' });
    expect(second.items.map((task) => task.taskId)).toEqual(newestFirst.slice(4, 8));
  });

  it('refuses a cursor that is not its own', async () => {
    await expect(listPending(tableOf(tasks), {}, { limit: 1, cursor: 'nonsense' })).rejects.toThrow(InvalidCursorError);
  });
});
