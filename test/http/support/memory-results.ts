import { comparePositions, decodeCursor, encodeCursor } from '../../../functions/tasks/cursor.ts';
import { matchesResult } from '../../../functions/tasks/filter.ts';
import type { TaskResultStore } from '../../../functions/tasks/ports.ts';
import type { TaskResult } from '../../../functions/tasks/result.ts';

/** `TaskResults` as a Map, listed newest first with the cursors that the table's store gives. */
export function createMemoryResultStore(
  results: TaskResult[] = [],
): TaskResultStore & { rows: Map<string, TaskResult> } {
  const rows = new Map(results.map((result) => [result.taskId, result]));
  return {
    rows,
    async put(result) {
      const existing = rows.get(result.taskId);
      if (existing) return { kind: 'exists', result: existing };
      rows.set(result.taskId, result);
      return { kind: 'stored' };
    },
    get: async (taskId) => rows.get(taskId),
    async list(filter, { limit, cursor }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      const all = [...rows.values()]
        .filter((row) => matchesResult(row, filter))
        .map((row) => ({ row, at: { atMs: row.completedAtMs, taskId: row.taskId } }))
        .sort((a, b) => comparePositions(a.at, b.at))
        .filter(({ at }) => after === undefined || comparePositions(after, at) < 0);
      const page = all.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(({ row }) => ({ ...row, result: { kind: 'none' } })),
        ...(all.length > limit && last ? { nextCursor: encodeCursor(last.at) } : {}),
      };
    },
    async remove({ taskId, outcome, completedAtMs }) {
      const row = rows.get(taskId);
      return row?.outcome === outcome && row.completedAtMs === completedAtMs && rows.delete(taskId);
    },
    removeUnreadable: async () => false,
    async recordDeliveries(taskId, deliveries) {
      const row = rows.get(taskId);
      if (row) rows.set(taskId, { ...row, deliveries: [...(row.deliveries ?? []), ...deliveries].slice(-20) });
    },
  };
}
