import { closeSync, copyFileSync, existsSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../tasks/ports.ts';
import type { Readable } from './damage.ts';
import { openSqlite } from './database.ts';
import { isDamage } from './faults.ts';
import { checksumOf, type SealedTable, TABLES } from './schema.ts';

type Row = Record<string, string | number | null>;

const SILENT = { warn() {}, error() {} };

/**
 * Puts every row of the damaged database `from` that can be read, and whose checksum is right, into the new database
 * `to`. Works on a copy beside `to`: the damaged file stays as it is. Returns what was saved. Throws `StoreError`.
 */
export async function salvage(from: string, to: string, clock: Pick<Clock, 'now'>): Promise<Readable[]> {
  const copy = `${to}.damaged`;
  for (const end of ['', '-journal']) if (existsSync(from + end)) copyFileSync(from + end, copy + end);
  const target = openSqlite({ file: to, clock, log: SILENT });
  try {
    mendSchema(copy, to);
    using source = new DatabaseSync(copy);
    const saved: Readable[] = [];
    for (const table of TABLES) {
      const rows = readRows(source, table);
      await target.write(() => insertRows(target.prepare, table, rows));
      saved.push({ table: table.name, rows: rows.length, expected: expectedRows(source, table) });
    }
    return saved;
  } finally {
    target.close();
    for (const end of ['', '-journal']) rmSync(copy + end, { force: true });
  }
}

const PAGE_BYTES = 4_096;
/** Of the page count of which the head is sure; 0 has SQLite ask the file's length ("Database File Format", 1.3). */
const VALID_FOR = { from: 92, to: 96 };

/** When the tables' definitions cannot be read, those of a new database replace them: they are on the same pages. */
function mendSchema(copy: string, fresh: string): void {
  if (hasTables(copy)) return;
  const [source, target] = [openSync(fresh, 'r'), openSync(copy, 'r+')];
  for (const number of schemaPages(fresh)) {
    const page = Buffer.alloc(PAGE_BYTES);
    readSync(source, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
    if (number === 1) page.fill(0, VALID_FOR.from, VALID_FOR.to);
    writeSync(target, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
  }
  closeSync(source);
  closeSync(target);
}

function hasTables(file: string): boolean {
  let isReadable = false;
  tryReading(() => {
    using database = new DatabaseSync(file);
    for (const { name } of TABLES) database.prepare(`SELECT 1 FROM ${name} LIMIT 0`);
    isReadable = true;
  });
  return isReadable;
}

/** The pages of a database without rows that are not the root of a table or an index. */
function schemaPages(fresh: string): number[] {
  using database = new DatabaseSync(fresh);
  const count = Number(database.prepare('PRAGMA page_count').get()?.page_count);
  const roots = new Set(
    database
      .prepare('SELECT rootpage FROM sqlite_schema')
      .all()
      .map(({ rootpage }) => rootpage),
  );
  return Array.from({ length: count }, (_, index) => index + 1).filter((number) => !roots.has(number));
}

/** From both ends, because reading stops at a damaged page; and by number, where rows have one. */
function readRows(source: DatabaseSync, { name, key, columns }: SealedTable): Row[] {
  const found = new Map<unknown, Row>();
  const take = (row: Row) => {
    const { checksum, ...values } = row;
    if (checksumOf(...[key, ...columns].map((column) => values[column] ?? null)) === checksum) found.set(row[key], row);
  };
  for (const order of ['ASC', 'DESC']) {
    tryReading(() => {
      for (const row of source.prepare(`SELECT * FROM ${name} ORDER BY ${key} ${order}`).iterate()) take(row as Row);
    });
  }
  tryReading(() => {
    for (const row of source.prepare(`SELECT * FROM ${name} NOT INDEXED`).iterate()) take(row as Row);
  });
  tryReading(() => {
    const last = Number(source.prepare(`SELECT max(rowid) AS last FROM ${name}`).get()?.last);
    const select = source.prepare(`SELECT * FROM ${name} WHERE rowid = ?`);
    for (let rowid = 1; rowid <= last; rowid++) {
      tryReading(() => {
        const row = select.get(rowid);
        if (row) take(row as Row);
      });
    }
  });
  return [...found.values()];
}

function tryReading(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

function insertRows(prepare: (sql: string) => ReturnType<DatabaseSync['prepare']>, table: SealedTable, rows: Row[]) {
  const columns = [table.key, ...table.columns, 'checksum'];
  const insert = prepare(
    `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null));
}

function expectedRows(source: DatabaseSync, { name }: SealedTable): number | undefined {
  let rows: number | undefined;
  tryReading(() => {
    const seal = source.prepare('SELECT rows FROM seals WHERE name = ?').get(name);
    if (seal) rows = Number(seal.rows);
  });
  return rows;
}
