import type { Clock, Log, TaskResultStore } from '../../tasks/ports.ts';
import type { Delivery } from '../../tasks/result.ts';
import { logOnce } from '../log-once.ts';
import type { SqliteDatabase } from './database.ts';
import { listResults } from './result-list.ts';
import { isWholeRow, type ResultRow, readResult, toResultRow } from './result-row.ts';
import { checksumOf, toStoredJson } from './schema.ts';

const KEPT_DELIVERIES = 20;

export type SqliteResults = TaskResultStore & {
  /** Deletes what has expired; the number of rows. */
  removeExpired(): Promise<number>;
};

/** `TaskResults` in SQLite. A row counts until it expires, deleted or not. */
export function createSqliteResults(
  database: SqliteDatabase,
  deps: { clock: Pick<Clock, 'now'>; log: Pick<Log, 'warn'> },
): SqliteResults {
  const rows = prepareRows(database);
  const log = logOnce(deps.log);
  const nowS = () => Math.floor(deps.clock.now() / 1_000);
  const live = (taskId: string) => {
    const row = rows.get(taskId);
    return row && row.expires_at > nowS() ? row : undefined;
  };

  return {
    async get(taskId) {
      const row = database.read(() => live(taskId));
      return row && readResult(row);
    },

    put: (result) =>
      database.write(() => {
        const existing = live(result.taskId);
        if (existing && isWholeRow(existing)) return { kind: 'exists', result: readResult(existing) };
        rows.put(toResultRow(result));
        return { kind: 'stored' };
      }),

    list: async (filter, page) =>
      database.read(() => listResults({ database, log }, { ...filter, nowS: nowS() }, page)),

    remove: ({ taskId, outcome, completedAtMs }) => database.write(() => rows.remove(taskId, outcome, completedAtMs)),

    removeUnreadable: (taskId) =>
      database.write(() => {
        const row = rows.get(taskId);
        return row !== undefined && !isWholeRow(row) && rows.remove(taskId, row.outcome, row.completed_at);
      }),

    recordDeliveries: (taskId, deliveries) =>
      database.write(() => {
        const row = rows.get(taskId);
        // A new checksum would hide that the row is damaged.
        if (row && isWholeRow(row)) rows.put({ ...row, deliveries: append(row.deliveries, deliveries) });
      }),

    removeExpired: () => database.write(() => rows.removeExpired(nowS())),
  };
}

/** Nothing when the last one is noted already: then the answer to an earlier call was lost. */
function append(json: string | null, deliveries: readonly Delivery[]): string | null {
  const kept = JSON.parse(json ?? '[]') as Delivery[];
  const last = toStoredJson(deliveries.at(-1) ?? null);
  if (kept.some((one) => toStoredJson(one) === last)) return json;
  return toStoredJson([...kept, ...deliveries].slice(-KEPT_DELIVERIES));
}

function prepareRows(database: SqliteDatabase) {
  const select = database.prepare('SELECT * FROM results WHERE task_id = ?');
  const put = database.prepare(
    `INSERT INTO results VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
     ON CONFLICT DO UPDATE SET completed_at = ?2, expires_at = ?3, outcome = ?4, instance_id = ?5, label = ?6,
       head = ?7, result = ?8, deliveries = ?9, checksum = ?10`,
  );
  const remove = database.prepare('DELETE FROM results WHERE task_id = ? AND outcome = ? AND completed_at = ?');
  const removeExpired = database.prepare('DELETE FROM results WHERE expires_at <= ?');
  return {
    get: (taskId: string) => select.get(taskId) as ResultRow | undefined,
    put({ checksum: _, ...columns }: Omit<ResultRow, 'checksum'> & { checksum?: number }) {
      const values = Object.values(columns);
      put.run(...values, checksumOf(...values));
    },
    remove: (...end: [string, string, number]) => remove.run(...end).changes === 1,
    removeExpired: (nowS: number) => Number(removeExpired.run(nowS).changes),
  };
}
