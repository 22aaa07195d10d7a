import type { StoreResult } from '../../functions/stores/store-result.ts';
import type { PendingTaskStore, Segment } from '../../functions/tasks/ports.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';

export type MemoryPending = PendingTaskStore & { rows: Map<string, PendingTask>; writes: string[] };

/** `PendingTasks` as a Map with pages of `pageSize`; `writes` lists what a table would have been charged for. */
export function createMemoryPending(tasks: PendingTask[] = [], pageSize = 3): MemoryPending {
  const rows = new Map(tasks.map((task) => [task.taskId, task]));
  const writes: string[] = [];
  return {
    rows,
    writes,
    async register(task) {
      const existing = rows.get(task.taskId);
      if (existing) return { kind: 'exists', task: existing };
      rows.set(task.taskId, task);
      return { kind: 'created' };
    },
    get: async (taskId) => rows.get(taskId),
    async *scan({ segment, totalSegments }: Segment) {
      const part = [...rows.values()].filter((_, i) => i % totalSegments === segment);
      for (let i = 0; i < part.length; i += pageSize) yield part.slice(i, i + pageSize);
    },
    async recordError(taskId, error) {
      writes.push(`error ${taskId} ${error?.code ?? 'cleared'}`);
      const task = rows.get(taskId);
      if (!task) return;
      const { lastError: _, ...rest } = task;
      rows.set(taskId, { ...rest, ...(error && { lastError: error }) });
    },
    noteHeard(taskId, heard) {
      const task = rows.get(taskId);
      if (task) rows.set(taskId, { ...task, ...heard });
    },
    async remove(taskId) {
      writes.push(`remove ${taskId}`);
      return rows.delete(taskId);
    },
  };
}

/** Step 1 of settling on a Map. */
export function createMemoryResults(): { rows: Map<string, TaskResult>; store: StoreResult } {
  const rows = new Map<string, TaskResult>();
  return {
    rows,
    async store(result) {
      const existing = rows.get(result.taskId);
      if (existing) return { kind: 'exists', result: existing };
      rows.set(result.taskId, result);
      return { kind: 'stored', result };
    },
  };
}
