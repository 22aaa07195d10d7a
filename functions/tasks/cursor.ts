/** The cursor of a listing is not one of ours; over HTTP this is a 400. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** Where a listing, newest first, stopped: the time and the id of the last item given out. */
export type Position = { atMs: number; taskId: string };

const TASK_ID = /^[A-Za-z0-9_-]{1,64}$/;
const LATEST_MS = Date.UTC(9999, 11, 31);

/** Opaque to callers: base64url of `[atMs, taskId]`. */
export function encodeCursor({ atMs, taskId }: Position): string {
  return Buffer.from(JSON.stringify([atMs, taskId])).toString('base64url');
}

/** Throws `InvalidCursorError` for anything `encodeCursor` did not make. */
export function decodeCursor(cursor: string): Position {
  const [atMs, taskId] = parsePair(cursor);
  if (!isTime(atMs) || typeof taskId !== 'string' || !TASK_ID.test(taskId)) throw new InvalidCursorError(HINT);
  // Node reads base64url leniently; one position has one cursor.
  if (encodeCursor({ atMs, taskId }) !== cursor) throw new InvalidCursorError(HINT);
  return { atMs, taskId };
}

/** Negative when `a` comes before `b` in a listing: newest first, and by id where the times are the same. */
export function comparePositions(a: Position, b: Position): number {
  if (a.atMs !== b.atMs) return b.atMs - a.atMs;
  if (a.taskId === b.taskId) return 0;
  return a.taskId > b.taskId ? -1 : 1;
}

const HINT = 'The cursor is not valid. Use the next_cursor of the previous page unchanged, or leave it out.';

function parsePair(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed) && parsed.length === 2) return parsed;
  } catch (cause) {
    throw new InvalidCursorError(HINT, { cause });
  }
  throw new InvalidCursorError(HINT);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LATEST_MS;
}
