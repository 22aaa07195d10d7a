import { wrongUsage } from './exit.ts';
import type { Io } from './io.ts';

type Source = Pick<Io, 'stdin'> & { note(text: string): void };

/**
 * The task ids of a command, from its arguments or from a pipe, each once. Takes Huawei's whole answer for an id, because
 * it holds one. Throws `Stop` for anything that is not an id.
 */
export async function readTaskIds(args: readonly string[], { stdin, note }: Source): Promise<string[]> {
  const texts = args.length > 0 ? args : await readPipe(stdin);
  const ids = [...new Set(texts.flatMap((text) => idsIn(text, note)))];
  if (ids.length === 0) throw wrongUsage('Which task? Pass at least one task id.');
  return ids;
}

async function readPipe(stdin: Io['stdin']): Promise<string[]> {
  if (stdin.isTTY) return [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  // One JSON text, or lines: of ids, or of the objects that `--json` prints.
  return parseJson(text) === undefined ? text.split('\n').filter((line) => line.trim() !== '') : [text];
}

function idsIn(text: string, note: Source['note']): string[] {
  const trimmed = text.trim();
  const parsed = /^[{["]/.test(trimmed) ? parseJson(trimmed) : undefined;
  if (parsed !== undefined) return idsOfJson(parsed, trimmed);
  if (trimmed !== text) note(`ignored the spaces around ${trimmed}`);
  return [checkId(trimmed)];
}

function idsOfJson(value: unknown, text: string): string[] {
  const entries = Array.isArray(value) ? value : [value];
  return entries.map((entry) => checkId(typeof entry === 'object' ? (entry?.task_id ?? text) : entry));
}

function checkId(id: unknown): string {
  if (typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  const shown = JSON.stringify(id).slice(0, 80);
  throw wrongUsage(`${shown} is not a task id: an id has 1 to 64 characters of A-Z, a-z, 0-9, "-" and "_".`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
