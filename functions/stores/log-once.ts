import type { Log } from '../tasks/ports.ts';

/** Forgets what it has said after so many lines; then they are said once more. */
const REMEMBERED_LINES = 1_000;

/** Leaves out lines that were logged before: a row that cannot be read is skipped at every scan, and is news once. */
export function logOnce(log: Pick<Log, 'warn'>): Pick<Log, 'warn'> {
  const said = new Set<string>();
  return {
    warn(message, fields) {
      const line = JSON.stringify([message, fields]);
      if (said.has(line)) return;
      if (said.size >= REMEMBERED_LINES) said.clear();
      said.add(line);
      log.warn(message, fields);
    },
  };
}
