import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { findChangedRows } from '../functions/stores/sqlite/damage.ts';
import { DATABASE } from '../local/open-data-folder.ts';
import { ownCommand } from '../local/own-command.ts';
import { type Finding, fail, ok, warn } from './check.ts';

const NAME = 'messages';

type Waiting = { subscriber: string; messages: number; attempts: number; first_at: number | null };

/**
 * What the database in `DATA_DIR` says beside the service: what is published and not yet delivered, by channel, and rows
 * that cannot be read. Nothing when there is none.
 */
export function checkDatabase(dataDir: string, nowMs: number): Finding[] {
  const file = path.join(dataDir, DATABASE);
  if (!existsSync(file)) return [];
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    return [...checkWaiting(database, nowMs), ...checkRows(database)];
  } catch (error) {
    return [
      fail(NAME, `${file} cannot be read (${(error as Error).message})`, `run ${ownCommand('start')}, which checks it`),
    ];
  }
}

function checkWaiting(database: DatabaseSync, nowMs: number): Finding[] {
  const rows = database
    .prepare(
      'SELECT subscriber, count(*) AS messages, max(attempts) AS attempts, min(first_at) AS first_at FROM messages GROUP BY subscriber',
    )
    .all() as Waiting[];
  if (rows.length === 0) return [ok(NAME, 'none waits to be delivered')];
  return rows.map((row) => judge(row, nowMs));
}

const NAMED_ROWS = 3;

/** What was damaged while the service runs: its start has read every row. */
function checkRows(database: DatabaseSync): Finding[] {
  const changed = findChangedRows(database);
  if (changed.length === 0) return [];
  return [
    fail(
      'database',
      `${changed.length} rows cannot be read: ${changed.slice(0, NAMED_ROWS).join('; ')}`,
      'send DELETE /tasks/{task_id} and register the task again; what damaged the file may damage more, so make a backup',
    ),
  ];
}

function judge({ subscriber, messages, attempts, first_at }: Waiting, nowMs: number): Finding {
  if (attempts === 0 || first_at === null) return ok(NAME, `${messages} on their way to ${subscriber}`);
  const minutes = Math.max(0, Math.round((nowMs - first_at) / 60_000));
  return warn(
    NAME,
    `${messages} wait for ${subscriber}, tried up to ${attempts} times since ${minutes} minutes ago`,
    `find the reason in the output of ${ownCommand('start')}; each message is tried for 24 hours`,
  );
}
