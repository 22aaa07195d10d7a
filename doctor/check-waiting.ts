import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE } from '../local/open-data-folder.ts';
import { type Finding, fail, ok, warn } from './check.ts';

const NAME = 'messages';

type Waiting = { subscriber: string; messages: number; attempts: number; first_at: number | null };

/** What is published and not yet delivered, by channel, as the database in `DATA_DIR` has it; reads beside the service. Nothing when there is none. */
export function checkWaiting(dataDir: string, nowMs: number): Finding[] {
  const file = path.join(dataDir, DATABASE);
  if (!existsSync(file)) return [];
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    const rows = database
      .prepare(
        'SELECT subscriber, count(*) AS messages, max(attempts) AS attempts, min(first_at) AS first_at FROM messages GROUP BY subscriber',
      )
      .all() as Waiting[];
    if (rows.length === 0) return [ok(NAME, 'none waits to be delivered')];
    return rows.map((row) => judge(row, nowMs));
  } catch (error) {
    return [fail(NAME, `${file} cannot be read (${(error as Error).message})`, 'start npm start, which checks it')];
  }
}

function judge({ subscriber, messages, attempts, first_at }: Waiting, nowMs: number): Finding {
  if (attempts === 0 || first_at === null) return ok(NAME, `${messages} on their way to ${subscriber}`);
  const minutes = Math.max(0, Math.round((nowMs - first_at) / 60_000));
  return warn(
    NAME,
    `${messages} wait for ${subscriber}, tried up to ${attempts} times since ${minutes} minutes ago`,
    `find the reason in the output of npm start; each message is tried for 24 hours`,
  );
}
