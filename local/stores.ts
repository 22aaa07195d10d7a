import path from 'node:path';
import { createMemoryShardStore } from '../functions/stores/memory-shard-store.ts';
import { createSqliteAlertMemory } from '../functions/stores/sqlite/alert-memory.ts';
import { createSqliteFailingLabels } from '../functions/stores/sqlite/failing-labels.ts';
import { createSqliteMessages } from '../functions/stores/sqlite/messages.ts';
import { createSqlitePendingTasks, type SqlitePendingTasks } from '../functions/stores/sqlite/pending-tasks.ts';
import { createSqliteResults, type SqliteResults } from '../functions/stores/sqlite/results.ts';
import { createSqliteStartIntents } from '../functions/stores/sqlite/start-intents.ts';
import type { Clock, Log } from '../functions/tasks/ports.ts';
import { createFolderFileStore } from './folder-file-store.ts';
import { FILES, openDataFolder } from './open-data-folder.ts';
import { type ClockStep, createSteadyClock } from './steady-clock.ts';

/** Everything that lasts on one machine, and the clock that it is ordered by. */
export type Stores = ReturnType<typeof openStores>;

/** A shorter gap between two processes is a restart. */
const GAP_MS = 60_000;
/** So long tasks are watched whose deadline passed in a gap, so that a poll can still find how they ended. */
const GRACE_MS = 10 * 60_000;
const EXPIRY_CHECK_MS = 3_600_000;

/** Opens the data folder with every store on it. Throws `StoreError` with a text for a person. */
export function openStores({ dataDir, clock: machine, log }: { dataDir: string; clock: Clock; log: Log }) {
  const clock = createSteadyClock({ machine, monotonicMs: () => performance.now(), log });
  const { database, close } = openDataFolder({ dataDir, clock, log });
  const { lastMs } = database;
  clock.continueFrom(lastMs);
  const pending = createSqlitePendingTasks(database, log);
  const results = createSqliteResults(database, { clock, log });
  const extend = (gap: ClockStep) => void extendDeadlines(pending, gap, log);
  clock.onForward(extend);
  if (lastMs > 0 && clock.now() - lastMs > GAP_MS) extend({ fromMs: lastMs, toMs: clock.now() });
  const expiry = setInterval(() => void forgetExpired(results, log), EXPIRY_CHECK_MS).unref();
  void forgetExpired(results, log);
  return {
    ...{ clock, pending, results },
    // One process holds the folder, and after a restart asks about every pending task: nothing of it has to last.
    shards: createMemoryShardStore(),
    files: createFolderFileStore({ folder: path.join(dataDir, FILES) }),
    queues: createSqliteMessages(database, { log }),
    alertMemory: createSqliteAlertMemory(database),
    labels: createSqliteFailingLabels(database, clock),
    intents: createSqliteStartIntents(database, { clock, log }),
    close() {
      clearInterval(expiry);
      close();
    },
  };
}

async function extendDeadlines(pending: SqlitePendingTasks, { fromMs, toMs }: ClockStep, log: Log): Promise<void> {
  try {
    const tasks = await pending.extendDeadlines({ fromMs, untilMs: toMs + GRACE_MS });
    if (tasks > 0)
      log.warn('Deadlines passed in a gap of time. These tasks are watched for 10 more minutes', { tasks });
  } catch (error) {
    log.error('The deadlines that passed in a gap of time are not extended', { error });
  }
}

async function forgetExpired(results: SqliteResults, log: Log): Promise<void> {
  await results.removeExpired().catch((error: unknown) => log.error('Expired results are not deleted', { error }));
}
