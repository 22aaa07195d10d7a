import { ConfigError } from '../functions/tasks/errors.ts';

/** What `read` gives; the problems of a `ConfigError` that it throws are put to the others, so that all are told at once. */
export function gather<T>(problems: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
