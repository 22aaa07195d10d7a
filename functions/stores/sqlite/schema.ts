import { crc32 } from 'node:zlib';
import { UnreadableTaskError } from '../../tasks/errors.ts';
import { isFields, parseJson } from '../../tasks/json.ts';
import { boundDepth } from '../store-result.ts';

/** Marks the file as one of this program's (`PRAGMA application_id`): "APIG" in ASCII. */
export const APPLICATION_ID = 0x41504947;
/** Of the tables below (`PRAGMA user_version`). */
export const SCHEMA_VERSION = 1;

/** A sealed table: its key, and every other column that its checksum covers, in order. */
export type SealedTable = { name: string; key: string; columns: readonly string[] };

/**
 * Each row carries a checksum over its columns, because SQLite does not check values. `seals` has the number of rows
 * of each table and the sum of their checksums, kept by triggers in the same transaction: a row that is gone, or that
 * came back in an older version, shows. Its row `commits` counts transactions (`rows`) and has the latest time (`sum`).
 */
export const TABLES: readonly SealedTable[] = [
  { name: 'pending', key: 'task_id', columns: ['body'] },
  {
    name: 'results',
    key: 'task_id',
    columns: ['completed_at', 'expires_at', 'outcome', 'instance_id', 'label', 'head', 'result', 'deliveries'],
  },
  { name: 'alerts', key: 'key', columns: ['quiet_until'] },
  { name: 'labels', key: 'key', columns: ['failed_at', 'expires_at'] },
  { name: 'intents', key: 'start_key', columns: ['expires_at', 'is_open', 'body'] },
  { name: 'messages', key: 'id', columns: ['topic', 'subscriber', 'due_at', 'attempts', 'first_at', 'body'] },
];

const CREATE = `
CREATE TABLE seals (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, sum INTEGER NOT NULL, note TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE pending (task_id TEXT PRIMARY KEY, body TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE results (
  task_id TEXT PRIMARY KEY, completed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, outcome TEXT NOT NULL,
  instance_id TEXT NOT NULL, label TEXT, head TEXT NOT NULL, result TEXT NOT NULL, deliveries TEXT,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX results_newest ON results (completed_at, task_id, expires_at, outcome, instance_id, label);
CREATE TABLE alerts (key TEXT PRIMARY KEY, quiet_until INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE labels (
  key TEXT PRIMARY KEY, failed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE intents (
  start_key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, is_open INTEGER NOT NULL, body TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, subscriber TEXT NOT NULL, due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, first_at INTEGER, body TEXT NOT NULL, checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_due ON messages (topic, subscriber, due_at, id);
`;

/** The SQL that makes an empty database. */
export function schemaSql(): string {
  const marks = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`;
  return [marks, CREATE, ...TABLES.map(sealSql)].join('\n');
}

/** 52 bits: a sum never leaves the integers that JavaScript holds exactly. */
const SUM_MASK = 2 ** 52 - 1;

function sealSql({ name }: SealedTable): string {
  const seal = (event: string, rows: string, change: string) =>
    `CREATE TRIGGER ${name}_${event} AFTER ${event} ON ${name} BEGIN
      UPDATE seals SET rows = rows ${rows}, sum = (sum ${change}) & ${SUM_MASK} WHERE name = '${name}'; END;`;
  return [
    `INSERT INTO seals VALUES ('${name}', 0, 0, NULL);`,
    seal('INSERT', '+ 1', '+ NEW.checksum'),
    seal('UPDATE', '+ 0', '- OLD.checksum + NEW.checksum'),
    seal('DELETE', '- 1', '- OLD.checksum'),
  ].join('\n');
}

/** Adds a checksum to the sum of a table, as its triggers do. */
export function addToSum(sum: number, checksum: number): number {
  return (sum + checksum) % (SUM_MASK + 1);
}

/** CRC-32 over a row's key and columns, in the order of `TABLES`. */
export function checksumOf(...values: (string | number | null)[]): number {
  // Each value ends in a byte that no UTF-8 text has, so that none can run into the next.
  return values.reduce<number>((sum, value) => crc32(END, crc32(value === null ? NULL : String(value), sum)), 0);
}

const END = Buffer.from([0xff]);
const NULL = Buffer.from([0xfe]);

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

/** The row that was asked for. Throws `UnreadableTaskError`. */
export function requireRow<T>(
  read: RowRead<T>,
  { taskId, ...row }: { taskId: string; table: string; holds: 'task' | 'result' },
): T {
  if (read.ok) return read.value;
  throw new UnreadableTaskError(taskId, { ...row, reason: read.reason });
}
