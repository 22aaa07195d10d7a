import process from 'node:process';
import { ConfigError, StoreError } from '../functions/tasks/errors.ts';

/** Ends the process; what is the reader's to fix (environment, port, folder) is said without a stack. */
export function giveUp(error: unknown): never {
  const isReaders = error instanceof ConfigError || error instanceof StoreError || isSystemProblem(error);
  if (!isReaders) throw error;
  console.error(error.message);
  process.exit(1);
}

/** The port is taken, the address is not this machine's, or the folder cannot be used. */
const SYSTEM_PROBLEM = /^(EADDR\w+|ENOTFOUND|EACCES|EPERM|EROFS|ENOSPC|ENOENT|EEXIST|EISDIR|ENOTDIR)$/;

function isSystemProblem(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && SYSTEM_PROBLEM.test(String(error.code));
}
