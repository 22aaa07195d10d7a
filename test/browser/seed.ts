import { createSqlitePendingTasks } from '../../functions/stores/sqlite/pending-tasks.ts';
import { createSqliteResults } from '../../functions/stores/sqlite/results.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { openDataFolder } from '../../local/open-data-folder.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';

export type Rows = { results?: TaskResult[]; pending?: PendingTask[] };

const { instanceId, projectId } = DEFAULT_ACCOUNT;
const identity = { instanceId, projectId, profile: 'default' };

/** Fills a data folder before a service opens it. */
export async function seedFolder(dataDir: string, { results = [], pending = [] }: Rows): Promise<void> {
  const clock = { now: Date.now };
  const log = { warn() {}, error() {} };
  const { database, close } = openDataFolder({ dataDir, clock, log });
  const stores = {
    results: createSqliteResults(database, { clock, log }),
    pending: createSqlitePendingTasks(database, log),
  };
  await Promise.all([
    ...results.map((result) => stores.results.put(result)),
    ...pending.map((task) => stores.pending.register(task)),
  ]);
  close();
}

/** A result that ended so many milliseconds ago. */
export function endedAgo(agoMs: number, changes: Partial<TaskResult> & { taskId: string }): TaskResult {
  const completedAtMs = Date.now() - agoMs;
  return {
    ...identity,
    outcome: 'succeeded',
    taskType: 'import_api',
    taskStatus: 'success',
    registeredAtMs: completedAtMs - 40_000,
    completedAtMs,
    polls: 9,
    summary: { created: 12, updated: 0, failed: 0 },
    result: { kind: 'import', success: [], failure: [] },
    expiresAtS: Math.floor(Date.now() / 1_000) + 86_400,
    ...changes,
  };
}

/** A task that was registered so many milliseconds ago. */
export function runningSince(agoMs: number, changes: Partial<PendingTask> & { taskId: string }): PendingTask {
  const registeredAtMs = Date.now() - agoMs;
  return { ...identity, registeredAtMs, deadlineAtMs: registeredAtMs + 86_400_000, ...changes };
}
