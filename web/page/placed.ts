import type { ListedTask } from './api.ts';

/** A task where the list shows it. */
export type Placed = { task: ListedTask; section: string };

/** The same rows in the same order, as they are now. */
export function renew(rows: readonly Placed[], fresh: readonly Placed[]): Placed[] {
  const now = new Map(fresh.map(({ task }) => [task.task_id, task]));
  return rows.map(({ task, section }) => ({ section, task: now.get(task.task_id) ?? task }));
}

/** Tasks that are not shown, or stand elsewhere by now. */
export function countWaiting(rows: readonly Placed[], fresh: readonly Placed[]): number {
  const sections = new Map(rows.map(({ task, section }) => [task.task_id, section]));
  return fresh.filter(({ task, section }) => sections.get(task.task_id) !== section).length;
}
