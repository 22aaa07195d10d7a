import { UnreadableStartError } from '../../tasks/errors.ts';
import type { Clock, Log } from '../../tasks/ports.ts';
import { isOpen, type StartIntent, type StartIntentStore } from '../../tasks/start.ts';
import { readIntent, writeIntent } from '../intent-json.ts';
import { logOnce } from '../log-once.ts';
import type { SqliteDatabase } from './database.ts';
import { checksumOf } from './schema.ts';

type Row = { start_key: string; expires_at: number; is_open: number; body: string; checksum: number };

/** `StartIntents` in SQLite: one row per key, its body as JSON. A claim deletes what has expired. */
export function createSqliteStartIntents(
  database: SqliteDatabase,
  { clock, log: allLines }: { clock: Pick<Clock, 'now'>; log: Pick<Log, 'warn'> },
): StartIntentStore {
  const log = logOnce(allLines);
  const select = database.prepare('SELECT * FROM intents WHERE start_key = ?');
  const open = database.prepare('SELECT * FROM intents WHERE is_open = 1 AND expires_at > ? LIMIT ?');
  const insert = database.prepare('INSERT INTO intents VALUES (?, ?, ?, ?, ?)');
  const update = database.prepare(
    'UPDATE intents SET expires_at = ?, is_open = ?, body = ?, checksum = ? WHERE start_key = ?',
  );
  const remove = database.prepare('DELETE FROM intents WHERE start_key = ?');
  const expire = database.prepare('DELETE FROM intents WHERE expires_at <= ?');

  const find = (key: string): StartIntent | undefined => {
    const row = select.get(key) as Row | undefined;
    const intent = row && requireIntent(row);
    return intent && intent.expiresAtMs > clock.now() ? intent : undefined;
  };

  return {
    get: async (key) => database.read(() => find(key)),
    claim: (intent) =>
      database.write(() => {
        expire.run(clock.now());
        const existing = find(intent.key);
        if (existing) return { kind: 'exists', intent: existing };
        const { expiresAt, isOpenNow, body, checksum } = columnsOf(intent);
        insert.run(intent.key, expiresAt, isOpenNow, body, checksum);
        return { kind: 'claimed' };
      }),
    replace: (next) =>
      database.write(() => {
        if (find(next.key)?.version !== next.version - 1) return false;
        const { expiresAt, isOpenNow, body, checksum } = columnsOf(next);
        update.run(expiresAt, isOpenNow, body, checksum, next.key);
        return true;
      }),
    remove: ({ key, version }) =>
      database.write(() => {
        if ((find(key)?.version ?? version) !== version) return false;
        remove.run(key);
        return true;
      }),
    listOpen: async (limit) =>
      database.read(() =>
        (open.all(clock.now(), limit) as Row[]).flatMap((row) => {
          const intent = read(row);
          if (intent === undefined)
            log.warn('A row cannot be read and is skipped', { table: 'intents', key: row.start_key });
          return intent ?? [];
        }),
      ),
  };
}

function columnsOf(intent: StartIntent) {
  const body = writeIntent(intent);
  const [expiresAt, isOpenNow] = [intent.expiresAtMs, isOpen(intent) ? 1 : 0];
  return { expiresAt, isOpenNow, body, checksum: checksumOf(intent.key, expiresAt, isOpenNow, body) };
}

function read(row: Row): StartIntent | undefined {
  const isWhole = row.checksum === checksumOf(row.start_key, row.expires_at, row.is_open, row.body);
  return isWhole ? readIntent(row.body) : undefined;
}

function requireIntent(row: Row): StartIntent {
  const intent = read(row);
  if (intent === undefined) throw new UnreadableStartError(row.start_key, 'intents');
  return intent;
}
