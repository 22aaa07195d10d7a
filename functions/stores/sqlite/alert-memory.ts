import type { AlertMemory } from '../../messages/operator-alerter.ts';
import type { SqliteDatabase } from './database.ts';
import { checksumOf } from './schema.ts';

/** Remembers operator alerts over restarts, in a row per key. Rejects with `StoreError`. */
export function createSqliteAlertMemory(database: SqliteDatabase): AlertMemory {
  const claim = database.prepare(
    `INSERT INTO alerts VALUES (?1, ?2, ?3)
     ON CONFLICT DO UPDATE SET quiet_until = ?2, checksum = ?3 WHERE quiet_until <= ?4`,
  );
  const release = database.prepare('DELETE FROM alerts WHERE key = ?');
  const forget = database.prepare('DELETE FROM alerts WHERE quiet_until <= ?');
  return {
    claim: (key, nowMs, periodMs) =>
      database.write(() => {
        const untilMs = nowMs + periodMs;
        const isFirst = claim.run(key, untilMs, checksumOf(key, untilMs), nowMs).changes === 1;
        if (isFirst) forget.run(nowMs);
        return isFirst;
      }),
    release: (key) => database.write(() => void release.run(key)),
  };
}
