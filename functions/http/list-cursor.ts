import { invalid } from './validate.ts';

/** Where a listing goes on: in which of the two tables, and where in it (from its start without `inner`). */
export type ListPosition = { state: 'pending' | 'final'; inner?: string };

/** Opaque to clients. */
export function encodeCursor({ state, inner = '' }: ListPosition): string {
  return Buffer.from(`${state === 'pending' ? 'p' : 'f'}${inner}`).toString('base64url');
}

/** Throws a 400 for what `encodeCursor` cannot have made. What is inside `inner` is for the store to judge. */
export function decodeCursor(cursor: string): ListPosition {
  const text = Buffer.from(cursor, 'base64url').toString();
  const kind = text.charAt(0);
  if ((kind !== 'p' && kind !== 'f') || Buffer.from(text).toString('base64url') !== cursor) throw badCursor();
  const inner = text.slice(1);
  return { state: kind === 'p' ? 'pending' : 'final', ...(inner === '' ? {} : { inner }) };
}

/** The 400 for a cursor that was not given by this API. */
export function badCursor() {
  return invalid([
    { parameter: 'cursor', detail: 'must be the next_cursor of the previous page, with the same filters' },
  ]);
}
