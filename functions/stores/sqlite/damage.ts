import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../tasks/errors.ts';
import { databaseError, isDamage } from './faults.ts';
import { APPLICATION_ID, addToSum, checksumOf, SCHEMA_VERSION, type SealedTable, schemaSql, TABLES } from './schema.ts';
import type { WitnessRead } from './witness.ts';

/** How many rows of a table can be read, of how many; `expected` is unknown when the seals are damaged too. */
export type Readable = { table: string; rows: number; expected: number | undefined };

/** What is wrong with a database, and what of it can be read. */
export type Damage = { reasons: string[]; readable: Readable[] };

/** The database does not hold what was acknowledged. Opening it would lose tasks without a word. */
export class DatabaseDamagedError extends StoreError {
  readonly file: string;
  readonly damage: Damage;
  constructor(file: string, damage: Damage) {
    super(`The database ${file} is damaged: ${damage.reasons.join('; ')}`);
    this.file = file;
    this.damage = damage;
  }
}

const MAX_REASONS = 5;

/**
 * Undefined when all is there: SQLite's own check of pages and indexes, each row's checksum, each table's seal, and the
 * witness. Reads the whole file, and changes nothing but what a killed process left unfinished. Throws `StoreError`.
 */
export function findDamage(file: string, said: WitnessRead): Damage | undefined {
  const size = existsSync(file) ? statSync(file).size : undefined;
  if (!size) return damageOfNothing(size, said);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 10_000 });
    const damage = examine(database, said);
    return damage.reasons.length === 0 ? undefined : damage;
  } catch (cause) {
    if (!isDamage(cause)) throw databaseError('opened', file, cause);
    return { reasons: [(cause as Error).message], readable: [] };
  } finally {
    database?.close();
  }
}

/** Transaction 1 makes the tables, so that a witness of more has seen tasks. */
function damageOfNothing(size: number | undefined, said: WitnessRead): Damage | undefined {
  if (said.kind === 'absent' || (said.kind === 'read' && said.testimony.commits <= 1)) return undefined;
  return { reasons: [`it is ${size === 0 ? 'empty' : 'missing'}, and was not when it was last used`], readable: [] };
}

function examine(database: DatabaseSync, said: WitnessRead): Damage {
  const reasons = [...headerProblems(database), ...schemaProblems(database), ...pageProblems(database)];
  const seals = attempt(reasons, () => readSeals(database)) ?? new Map<string, Seal>();
  const readable = TABLES.map((table) => {
    const found = readTable(database, table, reasons);
    const seal = seals.get(table.name);
    if (seal && (seal.rows !== found.rows || seal.sum !== found.sum))
      reasons.push(`${table.name}: ${found.rows} of ${seal.rows} rows, or not as they were last written`);
    return { table: table.name, rows: found.rows, expected: seal?.rows };
  });
  reasons.push(...commitProblems(seals.get('commits'), said));
  return { reasons: [...new Set(reasons)].slice(0, MAX_REASONS), readable };
}

/** Which rows are not as they were written, as reasons; beside a service that uses the database. Throws SQLite's errors. */
export function findChangedRows(database: DatabaseSync): string[] {
  const reasons: string[] = [];
  for (const table of TABLES) readTable(database, table, reasons);
  return reasons;
}

function headerProblems(database: DatabaseSync): string[] {
  const applicationId = database.prepare('PRAGMA application_id').get()?.application_id;
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  if (applicationId !== APPLICATION_ID) return ['it is not a database of this program, or its head is damaged'];
  if (version !== SCHEMA_VERSION)
    return [`another version of this program made it (${version}), or its head is damaged`];
  return [];
}

/** A byte of a trigger's text is enough to end the seals without an error of SQLite's. */
function schemaProblems(database: DatabaseSync): string[] {
  using fresh = new DatabaseSync(':memory:');
  fresh.exec(schemaSql());
  const schemaOf = (of: DatabaseSync) =>
    JSON.stringify(of.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all());
  return schemaOf(database) === schemaOf(fresh) ? [] : ['its tables are not as they were made'];
}

function pageProblems(database: DatabaseSync): string[] {
  const reasons: string[] = [];
  const rows = attempt(reasons, () => database.prepare(`PRAGMA integrity_check(${MAX_REASONS})`).all()) ?? [];
  return [...reasons, ...rows.map((row) => String(row.integrity_check)).filter((text) => text !== 'ok')];
}

type Seal = { rows: number; sum: number; note: string | null };

function readSeals(database: DatabaseSync): Map<string, Seal> {
  const rows = database.prepare('SELECT name, rows, sum, note FROM seals').all() as (Seal & { name: string })[];
  return new Map(rows.map((row) => [row.name, row]));
}

function readTable(database: DatabaseSync, { name, key, columns }: SealedTable, reasons: string[]) {
  const found = { rows: 0, sum: 0 };
  attempt(reasons, () => {
    const select = database.prepare(`SELECT ${[key, ...columns, 'checksum'].join(', ')} FROM ${name}`);
    select.setReturnArrays(true);
    for (const row of select.iterate() as unknown as Iterable<(string | number | null)[]>) {
      const checksum = row.pop();
      if (checksumOf(...row) !== checksum)
        reasons.push(`${name}: a row is changed (${key} ${String(row[0]).slice(0, 64)})`);
      else {
        found.rows += 1;
        found.sum = addToSum(found.sum, checksum);
      }
    }
  });
  return found;
}

function commitProblems(seal: Seal | undefined, said: WitnessRead): string[] {
  const [id = '', sum] = seal?.note?.split(':') ?? [];
  if (seal === undefined || sum !== String(checksumOf(id, seal.rows))) return ['the count of transactions is damaged'];
  if (said.kind !== 'read') return [];
  if (said.testimony.id !== id) return ['its witness belongs to another database'];
  const { commits } = said.testimony;
  return seal.rows >= commits ? [] : [`it is an older copy: it had ${commits} transactions and has ${seal.rows}`];
}

/** What `read` gives; a damage that it meets becomes a reason. */
function attempt<T>(reasons: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    reasons.push((error as Error).message);
    return undefined;
  }
}
