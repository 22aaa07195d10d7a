import { comparePositions, decodeCursor, encodeCursor, type Position } from '../tasks/cursor.ts';
import { matchesPending, type TaskFilter } from '../tasks/filter.ts';
import type { Page, PageRequest, PendingTaskStore } from '../tasks/ports.ts';
import type { PendingTask } from '../tasks/task.ts';

/**
 * Pending tasks, newest first. Reads the whole table, for it holds only what is pending and has no index, but keeps
 * no more than `limit` tasks and one page in memory. Throws `InvalidCursorError`.
 */
export async function listPending(
  pending: Pick<PendingTaskStore, 'scan'>,
  filter: TaskFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<PendingTask>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const newest: PendingTask[] = [];
  for await (const page of pending.scan({ segment: 0, totalSegments: 1 })) {
    for (const task of page) {
      // One more than wanted, so that a full page knows whether another one follows.
      if (matchesPending(task, filter) && isAfter(task, after)) insertBounded(newest, task, limit + 1);
    }
  }
  const last = newest[limit - 1];
  if (newest.length <= limit || last === undefined) return { items: newest };
  return { items: newest.slice(0, limit), nextCursor: encodeCursor(positionOf(last)) };
}

function isAfter(task: PendingTask, after: Position | undefined): boolean {
  return after === undefined || comparePositions(after, positionOf(task)) < 0;
}

/** Keeps `sorted` in listing order and at most `max` long. */
function insertBounded(sorted: PendingTask[], task: PendingTask, max: number): void {
  let place = sorted.length;
  while (place > 0 && isBefore(task, sorted[place - 1])) place -= 1;
  if (place >= max) return;
  sorted.splice(place, 0, task);
  if (sorted.length > max) sorted.pop();
}

function isBefore(task: PendingTask, other: PendingTask | undefined): boolean {
  return other !== undefined && comparePositions(positionOf(task), positionOf(other)) < 0;
}

function positionOf({ registeredAtMs, taskId }: PendingTask): Position {
  return { atMs: registeredAtMs, taskId };
}
