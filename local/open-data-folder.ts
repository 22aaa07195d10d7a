import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { DatabaseDamagedError } from '../functions/stores/sqlite/damage.ts';
import { openSqlite, type SqliteDatabase, type SqliteOptions } from '../functions/stores/sqlite/database.ts';
import { StoreError } from '../functions/tasks/errors.ts';
import { damageText, earlierKindText } from './data-folder-text.ts';
import { lockFolder } from './folder-lock.ts';

/** Where things are below `DATA_DIR`. */
export const DATABASE = 'tasks.db';
export const FILES = 'files';

export type DataFolder = { database: SqliteDatabase; close(): void };

type Options = Omit<SqliteOptions, 'file'> & { dataDir: string };

/** What dynalite and the outbox of files left. */
const EARLIER_KIND = ['dynamodb', 'outbox'];

/**
 * Takes `DATA_DIR` for this process and opens its database, both the owner's alone. Throws `StoreError` with a text for
 * a person when another process has it, when an earlier version wrote it, or when it is damaged.
 */
export function openDataFolder({ dataDir, ...options }: Options): DataFolder {
  // Callback URLs and results are in these files; SQLite makes them as the process's mask has it.
  process.umask(0o077);
  makePrivate(dataDir);
  const lock = lockFolder(dataDir);
  try {
    const database = openSqlite({ ...options, file: path.join(dataDir, DATABASE) });
    return {
      database,
      close() {
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    if (!(error instanceof DatabaseDamagedError)) throw error;
    throw new StoreError(damageText({ dataDir, ...error }), { cause: error });
  }
}

function makePrivate(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const entries = readdirSync(dataDir, { withFileTypes: true });
    const earlier = EARLIER_KIND.filter((name) => entries.some((entry) => entry.name === name));
    if (earlier.length > 0) throw new StoreError(earlierKindText(dataDir, earlier));
    chmodSync(dataDir, 0o700);
    for (const entry of entries) chmodSync(path.join(dataDir, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    throw new StoreError(`DATA_DIR ${dataDir} cannot be used: it must be a folder that this user owns and can write`, {
      cause,
    });
  }
}
