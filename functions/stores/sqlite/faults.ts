import { StoreError } from '../../tasks/errors.ts';
import type { Clock, Log } from '../../tasks/ports.ts';

/** SQLite's result codes that have a meaning of their own here; `errcode` has more detail above its low byte. */
const MEANINGS: Record<number, string> = {
  5: 'another process uses it',
  8: 'it may not be written: check the permissions of its folder',
  10: 'the disk reports an error',
  11: 'it is damaged: stop, and start again to see what can still be read',
  13: 'the disk is full: make room, and writing continues by itself',
  14: 'it cannot be opened: check the permissions of its folder',
  23: 'another process uses it',
  26: 'it is not a database',
};

/** A fault of a database in words, for `FaultLog`; `cause` has SQLite's error. */
export function databaseError(verb: string, file: string, cause: unknown): StoreError {
  const { errcode, message } = cause as { errcode?: number; message?: string };
  const meaning = MEANINGS[(errcode ?? 0) & 0xff] ?? message ?? 'no reason is known';
  return new StoreError(`The database ${file} cannot be ${verb}: ${meaning}`, { cause, isReported: true });
}

/** Whether SQLite found the bytes wrong (CORRUPT, NOTADB, or tables that are not there), rather than out of reach. */
export function isDamage(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string };
  return code === 'ERR_SQLITE_ERROR' && [1, 11, 26].includes((errcode ?? 0) & 0xff);
}

/** Logs the first of a row of equal faults, and their end with their number. */
export type FaultLog = { note<E extends Error>(error: E): E; well(): void };

/** On a disk that is nearly full small writes succeed between large ones that fail: that is one row of faults. */
const QUIET_MS = 10_000;

/** A full disk refuses thousands of writes alike: one line says so, and one that it is over. */
export function createFaultLog(
  file: string,
  { clock, log }: { clock: Pick<Clock, 'now'>; log: Pick<Log, 'warn' | 'error'> },
): FaultLog {
  let last = { message: '', atMs: 0 };
  let count = 0;
  return {
    note(error) {
      count += 1;
      if (error.message !== last.message) log.error(error.message);
      last = { message: error.message, atMs: clock.now() };
      return error;
    },
    well() {
      if (count === 0 || clock.now() - last.atMs < QUIET_MS) return;
      log.warn(`The database ${file} is written again`, { refused: count });
      last = { message: '', atMs: 0 };
      count = 0;
    },
  };
}
