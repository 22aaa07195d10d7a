import type { Log } from '../functions/tasks/ports.ts';
import { escapeUnseen, oneLine } from '../functions/tasks/safe-text.ts';

type Level = 'info' | 'warn' | 'error';

/** Log lines for a person, one each; `info` stays quiet, for the notifications already say it. */
export function createTerminalLog(stream: { write(text: string): unknown }, quietest: Level = 'warn'): Log {
  const levels: Level[] = ['info', 'warn', 'error'];
  const write = (level: Level) => (message: string, fields?: Record<string, unknown>) => {
    if (levels.indexOf(level) < levels.indexOf(quietest)) return;
    const shown = fields ? ` ${JSON.stringify(fields, showErrors)}` : '';
    // Texts of peers can hold what moves a terminal's cursor or turns its direction.
    stream.write(`${new Date().toISOString().slice(11, 19)} ${level} ${oneLine(message)}${escapeUnseen(shown)}\n`);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** Errors have no enumerable fields: without this they would be shown as `{}`. */
function showErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return value.cause instanceof Error ? `${value.message}: ${value.cause.message}` : value.message;
}
