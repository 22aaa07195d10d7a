import { StoreError } from '../functions/tasks/errors.ts';
import type { Log } from '../functions/tasks/ports.ts';

/** The log without lines about errors that a store has logged itself: a full disk fails each task of each sweep. */
export function withoutReported(log: Log): Log {
  const unlessReported =
    (level: 'warn' | 'error'): Log['error'] =>
    (message, fields) => {
      if (!isReported(fields?.error)) log[level](message, fields);
    };
  return { info: log.info, warn: unlessReported('warn'), error: unlessReported('error') };
}

function isReported(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isReported);
  return error instanceof StoreError && error.isReported;
}
