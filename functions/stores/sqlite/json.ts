import { StoreError } from '../../tasks/errors.ts';
import { isFields, parseJson } from '../../tasks/json.ts';
import { boundDepth } from '../store-result.ts';

/** JSON of a value as the other stores keep it: what is too deep is text, and half a surrogate pair U+FFFD. */
export function toStoredJson(value: unknown): string {
  const bounded = boundDepth(value);
  const json = JSON.stringify(bounded);
  // Only half a pair is written with this escape; the plain way is ten times as fast.
  return /\\ud[89a-f]/.test(json) ? JSON.stringify(bounded, wellFormed) : json;
}

function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), member]));
}

/** A row that could be read, or why it could not. */
export type RowRead<T> = { ok: true; value: T } | { ok: false; reason: string };

/** The object in a column; `isWhole` says that the row's checksum is the one of its columns. */
export function readStoredJson<T>(json: unknown, isWhole: boolean): RowRead<T> {
  if (!isWhole) return { ok: false, reason: 'its checksum is not that of its columns' };
  const value = typeof json === 'string' ? parseJson(json) : undefined;
  return isFields(value) ? { ok: true, value: value as T } : { ok: false, reason: 'it is not a JSON object' };
}

/** The row that was asked for. Throws `StoreError` when it cannot be read. */
export function requireRow<T>(read: RowRead<T>, { table, taskId }: { table: string; taskId: string }): T {
  if (read.ok) return read.value;
  throw new StoreError(`Row ${taskId} of table ${table} cannot be read: ${read.reason}`);
}
