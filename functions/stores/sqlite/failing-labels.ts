import type { Clock } from '../../tasks/ports.ts';
import type { FailingLabels, LabelEnd } from '../store-result.ts';
import type { SqliteDatabase } from './database.ts';
import { checksumOf } from './schema.ts';

/** Remembers which labels fail, in a row per gateway and label. Rejects with `StoreError`. */
export function createSqliteFailingLabels(database: SqliteDatabase, clock: Pick<Clock, 'now'>): FailingLabels {
  const find = database.prepare('SELECT 1 FROM labels WHERE key = ? AND failed_at <= ?');
  // No REPLACE: it fires no delete trigger, so that the seals would be wrong.
  const note = database.prepare(
    `INSERT INTO labels VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET failed_at = ?2, expires_at = ?3, checksum = ?4`,
  );
  const clear = database.prepare('DELETE FROM labels WHERE key = ? AND failed_at <= ?');
  const forget = database.prepare('DELETE FROM labels WHERE expires_at <= ?');
  return {
    failedBefore: async (end) => database.read(() => find.get(keyOf(end), end.atMs) !== undefined),
    noteFailure: (end, expiresAtS) =>
      database.write(() => {
        const key = keyOf(end);
        forget.run(Math.floor(clock.now() / 1000));
        note.run(key, end.atMs, expiresAtS, checksumOf(key, end.atMs, expiresAtS));
      }),
    noteSuccess: (end) => database.write(() => void clear.run(keyOf(end), end.atMs)),
  };
}

function keyOf({ instanceId, label }: LabelEnd): string {
  return `${instanceId}#${label}`;
}
