import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite, type SqliteDatabase, type SqliteOptions } from '../../../functions/stores/sqlite/database.ts';
import { createSqlitePendingTasks } from '../../../functions/stores/sqlite/pending-tasks.ts';
import { createSqliteResults } from '../../../functions/stores/sqlite/results.ts';
import { observers, type StartBackend } from '../../contract/backend.ts';

/** A folder that goes with its test. */
export async function makeFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'sqlite-'));
  return { folder, file: path.join(folder, 'tasks.db'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** An open database with its stores, and what they said. */
export function openStores(file: string, options: Partial<SqliteOptions> = {}) {
  const { clock, warnings, log } = observers();
  const database = openSqlite({ file, clock, log, ...options });
  return { database, clock, warnings, log, ...storesOn(database, { clock, log }) };
}

function storesOn(database: SqliteDatabase, deps: Pick<ReturnType<typeof observers>, 'clock' | 'log'>) {
  return { pending: createSqlitePendingTasks(database, deps.log), results: createSqliteResults(database, deps) };
}

/** The stores on files of their own. */
export const onSqlite: StartBackend = async () => {
  const { folder, [Symbol.asyncDispose]: remove } = await makeFolder();
  const opened: SqliteDatabase[] = [];
  return {
    async makeStores() {
      const file = path.join(folder, `${opened.length}.db`);
      const stores = openStores(file);
      stores.database.prepare('PRAGMA synchronous = OFF').run();
      opened.push(stores.database);
      return {
        ...stores,
        otherPending: createSqlitePendingTasks(stores.database, stores.log),
        async addOddRows() {
          using other = new DatabaseSync(file);
          other.exec(`INSERT INTO pending VALUES ('odd', '{}', 1);
            INSERT INTO results VALUES ('odd', 0, 9999999999, 'failed', 'i', NULL, 'no JSON', '{}', NULL, 1)`);
        },
        async withoutTables() {
          const broken = openStores(path.join(folder, 'broken.db'));
          opened.push(broken.database);
          broken.database.prepare('SELECT 1').get();
          using other = new DatabaseSync(path.join(folder, 'broken.db'));
          other.exec('DROP TABLE pending; DROP TABLE results');
          return broken;
        },
      };
    },
    async close() {
      for (const database of opened) database.close();
      await remove();
    },
  };
};
