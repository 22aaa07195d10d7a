import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSqliteAlertMemory } from '../../functions/stores/sqlite/alert-memory.ts';
import { openSqlite } from '../../functions/stores/sqlite/database.ts';
import { createSqliteMessages } from '../../functions/stores/sqlite/messages.ts';
import { createSqlitePendingTasks } from '../../functions/stores/sqlite/pending-tasks.ts';
import { createSqliteResults } from '../../functions/stores/sqlite/results.ts';
import { createFakeClock, silentLog } from '../support/fixtures.ts';

/** A database in a folder of its own; dispose it to remove both. */
export async function openLocalStores({ clock = createFakeClock() as { now(): number }, log = silentLog } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'local-stores-'));
  const database = openSqlite({ file: path.join(folder, 'tasks.db'), clock, log });
  // No power fails here, and other tests want the disk too.
  database.prepare('PRAGMA synchronous = OFF').run();
  const queues = createSqliteMessages(database, { log });
  return {
    ...{ database, queues },
    pending: createSqlitePendingTasks(database, log),
    results: createSqliteResults(database, { clock, log }),
    alertMemory: createSqliteAlertMemory(database),
    /** How many messages wait, of all queues. */
    waiting: () => queues.waiting().reduce((sum, { messages }) => sum + messages, 0),
    async [Symbol.asyncDispose]() {
      database.close();
      await rm(folder, { recursive: true });
    },
  };
}
