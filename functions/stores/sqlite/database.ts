import { randomUUID } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreError } from '../../tasks/errors.ts';
import type { Clock, Log } from '../../tasks/ports.ts';
import { DatabaseDamagedError, findDamage } from './damage.ts';
import { createFaultLog, databaseError } from './faults.ts';
import { checksumOf, schemaSql } from './schema.ts';
import { openWitness, readWitness, type Witness, type WitnessRead } from './witness.ts';

export type SqliteOptions = {
  file: string;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn' | 'error'>;
  /** Size limit in pages of 4 KiB; tests fill a disk with it. */
  maxPages?: number;
};

/** One database file, opened by this process alone. Reads are at once; writes are durable when their promise resolves. */
export interface SqliteDatabase {
  readonly file: string;
  /** The latest time that a transaction was made at, by any process; 0 in a new database. Epoch milliseconds. */
  readonly lastMs: number;
  prepare(sql: string): StatementSync;
  /** Runs a read. Throws `StoreError`. */
  read<T>(work: () => T): T;
  /** Runs `work` in a transaction, together with others that wait. Rejects with `StoreError` when nothing was kept. */
  write<T>(work: () => T): Promise<T>;
  /** Writes what waits, then closes the file. */
  close(): void;
}

type Waiting = { work: () => unknown; resolve: (value: never) => void; reject: (error: unknown) => void };
type Done = { one: Waiting; value?: unknown; error?: unknown };

/**
 * Opens or makes a database. It has a rollback journal and no write-ahead log: SQLite ends a log in silence at a
 * damaged frame, and a copy of the main file alone would lack what is in it. Throws `DatabaseDamagedError` when the
 * check finds damage, before anything is changed, and `StoreError` when the file cannot be used.
 *
 *     write ─► waits ─► BEGIN · each work in a savepoint · seals · COMMIT (synced) ─► witness ─► every promise resolves
 *                        └──✗ full disk, damage ──► ROLLBACK ─► every promise rejects
 */
export function openSqlite(options: SqliteOptions): SqliteDatabase {
  const { file, clock, log } = options;
  const said = readWitness(witnessOf(file));
  const damage = findDamage(file, said);
  if (damage) throw new DatabaseDamagedError(file, damage);
  const database = open(options);
  const state = begin(database, file, { said, log });
  const faults = createFaultLog(file, { clock, log });
  const noteCommit = database.prepare("UPDATE seals SET rows = ?, sum = max(sum, ?), note = ? WHERE name = 'commits'");
  let waiting: Waiting[] = [];
  let isClosed = false;

  const runAll = (batch: Waiting[]): Done[] => {
    database.exec('BEGIN IMMEDIATE');
    const done = batch.map((one) => runOne(database, one));
    const commits = state.commits + 1;
    noteCommit.run(commits, clock.now(), noteOf(state.id, commits));
    database.exec('COMMIT');
    state.commits = commits;
    return done;
  };
  const flush = () => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      const done = runAll(batch);
      noteWitness(state.witness, state.commits, faults);
      faults.well();
      for (const { one, value, error } of done) error === undefined ? one.resolve(value as never) : one.reject(error);
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const error = faults.note(databaseError('written', file, cause));
      for (const { reject } of batch) reject(error);
    }
  };
  return {
    file,
    lastMs: state.lastMs,
    prepare: (sql) => database.prepare(sql),
    read: (work) => readWith(work, file, faults.note),
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (isClosed) throw new StoreError(`The database ${file} is closed`);
        // What arrives in one turn of the event loop shares the syncs of one transaction.
        if (waiting.push({ work, resolve, reject }) === 1) setImmediate(flush);
      }),
    close() {
      flush();
      isClosed = true;
      database.close();
      state.witness.close();
    },
  };
}

export function witnessOf(file: string): string {
  return `${file.replace(/\.db$/, '')}.witness`;
}

function open({ file, maxPages }: SqliteOptions): DatabaseSync {
  try {
    // A backup reads for some tenths of a second; a write waits for it that long.
    const database = new DatabaseSync(file, { timeout: 10_000 });
    database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON');
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY');
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`);
    return database;
  } catch (cause) {
    throw databaseError('opened', file, cause);
  }
}

type State = { id: string; commits: number; lastMs: number; witness: Witness };

/** Makes the tables of a new database; finds out which one it is, and has the witness say so. */
function begin(
  database: DatabaseSync,
  file: string,
  { said, log }: { said: WitnessRead; log: Pick<Log, 'warn'> },
): State {
  try {
    if (database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) create(database);
    const row = database.prepare("SELECT rows, sum, note FROM seals WHERE name = 'commits'").get();
    const id = String(row?.note).split(':')[0] ?? '';
    const commits = Number(row?.rows);
    if (said.kind !== 'read' && commits > 1)
      log.warn('the witness beside the database was missing and is written again', { file: witnessOf(file) });
    return { id, commits, lastMs: Number(row?.sum), witness: openWitness(witnessOf(file), { id, commits }) };
  } catch (cause) {
    database.close();
    throw databaseError('opened', file, cause);
  }
}

/** Which database it is, and a checksum over that and the count. */
function noteOf(id: string, commits: number): string {
  return `${id}:${checksumOf(id, commits)}`;
}

function create(database: DatabaseSync): void {
  const id = randomUUID();
  database.exec(`BEGIN IMMEDIATE; ${schemaSql()}
    INSERT INTO seals VALUES ('commits', 1, 0, '${noteOf(id, 1)}'); COMMIT`);
}

/** A savepoint each: one that fails by its own fault takes no other with it. */
function runOne(database: DatabaseSync, one: Waiting): Done {
  database.exec('SAVEPOINT one');
  try {
    const value = one.work();
    database.exec('RELEASE one');
    return { one, value };
  } catch (error) {
    // SQLite has ended the whole transaction already when the disk is full.
    if (!database.isTransaction || isOfSqlite(error)) throw error;
    database.exec('ROLLBACK TO one; RELEASE one');
    return { one, error };
  }
}

function isOfSqlite(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_SQLITE_ERROR';
}

function noteWitness(witness: Witness, commits: number, faults: { note(error: Error): Error }): void {
  try {
    witness.note(commits);
  } catch (cause) {
    // The transaction is durable; a witness that is behind only knows less.
    faults.note(databaseError('witnessed', 'the witness', cause));
  }
}

function readWith<T>(work: () => T, file: string, note: (error: Error) => Error): T {
  try {
    return work();
  } catch (cause) {
    throw isOfSqlite(cause) ? note(databaseError('read', file, cause)) : cause;
  }
}
