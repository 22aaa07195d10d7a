import type { ListedView, TaskView } from './task-view.ts';

/**
 * Bytes that the results in one answer may take together. Lambda answers with 6 MB at most, as text within JSON, and 100
 * final tasks without their results take 4.6 MB of them at the very worst.
 */
const MAX_RESULT_BYTES = 1_500_000;

/** The entries in their order; once their results would take more, final tasks are without one, as listings show them. */
export function limitResults<T extends { task?: TaskView }>(entries: T[]): (T | WithoutResult<T>)[] {
  let left = MAX_RESULT_BYTES;
  return entries.map((entry) => {
    const { task } = entry;
    if (task?.state !== 'final') return entry;
    if (left >= 0) left -= bytesOf(task.result);
    if (left >= 0) return entry;
    const { result: _, ...listed } = task;
    return { ...entry, task: listed };
  });
}

type WithoutResult<T> = Omit<T, 'task'> & { task: ListedView };

/** As Lambda counts: the answer's text is a string of another JSON document. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
}
