import path from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../functions/tasks/errors.ts';

/** Holds a folder for this process until it is released, or until the process ends in whatever way. */
export type FolderLock = { release(): void };

/** A lock that nobody refers to would be collected, and the folder free again. */
const held = new Set<DatabaseSync>();

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

/**
 * Takes the folder, or throws `StoreError` that names the process which has it. The lock is SQLite's, on `folder/lock`:
 * it ends with its process, so that a `kill -9` leaves nothing to clear away. `user_version` of the file is the process's id.
 */
export function lockFolder(folder: string): FolderLock {
  const file = path.join(folder, 'lock');
  const lock = new DatabaseSync(file, { timeout: 500 });
  try {
    take(lock);
  } catch (cause) {
    const problem = problemOf(cause, { folder, file, lock });
    lock.close();
    throw problem;
  }
  held.add(lock);
  return {
    release() {
      held.delete(lock);
      lock.close();
    },
  };
}

/** Others read the id only once it is committed, and one of them may come in before the lock is taken again. */
function take(lock: DatabaseSync): void {
  for (;;) {
    lock.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${process.pid}; COMMIT; BEGIN IMMEDIATE`);
    if (holderOf(lock) === process.pid) return;
    lock.exec('ROLLBACK');
  }
}

function holderOf(lock: DatabaseSync): unknown {
  return lock.prepare('PRAGMA user_version').get()?.user_version;
}

function problemOf(cause: unknown, { folder, file, lock }: { folder: string; file: string; lock: DatabaseSync }) {
  const code = ((cause as { errcode?: number }).errcode ?? 0) & 0xff;
  if (code === SQLITE_NOTADB) return new StoreError(`${file} is damaged. Delete it and start again`, { cause });
  if (code !== SQLITE_BUSY)
    return new StoreError(`${file} cannot be written. Check the permissions of ${folder}`, { cause });
  const holder = holderOf(lock);
  return new StoreError(`Process ${holder} already uses ${folder}. Stop it, or set DATA_DIR to another folder`, {
    cause,
  });
}
