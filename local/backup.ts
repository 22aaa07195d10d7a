import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { backup, DatabaseSync } from 'node:sqlite';
import { findDamage, type Readable } from '../functions/stores/sqlite/damage.ts';
import { witnessOf } from '../functions/stores/sqlite/database.ts';
import { isDamage } from '../functions/stores/sqlite/faults.ts';
import { salvage } from '../functions/stores/sqlite/salvage.ts';
import { openWitness, readWitness } from '../functions/stores/sqlite/witness.ts';
import { StoreError } from '../functions/tasks/errors.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import type { FileRef } from '../functions/tasks/result.ts';
import { DATABASE, FILES } from './open-data-folder.ts';
import { ownCommand } from './own-command.ts';

/** What a backup has: `whole`, or what could be saved of a damaged folder. */
export type Backup = {
  kind: 'whole' | 'saved';
  rows: Readable[];
  documents: number;
  /** Documents that a result refers to and that are missing or changed. */
  lost: string[];
};

/**
 * Copies a data folder while its service runs, or saves what can be read of a damaged one. The database first: a
 * document is written before the row that names it, so that every row finds its own. Throws `StoreError`.
 */
export async function backUp(dataDir: string, target: string, clock: Pick<Clock, 'now'>): Promise<Backup> {
  process.umask(0o077);
  if (!existsSync(path.join(dataDir, DATABASE)))
    throw new StoreError(`${dataDir} has no ${DATABASE}: is it the DATA_DIR of ${ownCommand('start')}?`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  if (readdirSync(target).length > 0)
    throw new StoreError(`${target} is not empty: name a folder that is new or empty`);
  const copied = await copyDatabase(path.join(dataDir, DATABASE), path.join(target, DATABASE), clock);
  for (const name of ['api-key', FILES])
    if (existsSync(path.join(dataDir, name)))
      cpSync(path.join(dataDir, name), path.join(target, name), { recursive: true });
  return { ...copied, ...checkDocuments(target) };
}

async function copyDatabase(
  from: string,
  to: string,
  clock: Pick<Clock, 'now'>,
): Promise<Pick<Backup, 'kind' | 'rows'>> {
  const said = readWitness(witnessOf(from));
  try {
    using source = new DatabaseSync(from, { timeout: 10_000 });
    // All pages in one step: no write of the service comes in between.
    await backup(source, to, { rate: 2 ** 31 - 1 });
    if (findDamage(to, said) === undefined) return { kind: 'whole', rows: witnessCopy(to) };
  } catch (error) {
    if (!isDamage(error)) throw new StoreError(`The database ${from} cannot be copied to ${to}`, { cause: error });
  }
  for (const end of ['', '-journal']) rmSync(to + end, { force: true });
  return { kind: 'saved', rows: await salvage(from, to, clock) };
}

/** Writes the witness of a copy; returns how many rows it has. */
function witnessCopy(file: string): Readable[] {
  using database = new DatabaseSync(file);
  const seals = database.prepare('SELECT name, rows, note FROM seals').all() as {
    name: string;
    rows: number;
    note: string | null;
  }[];
  for (const { rows, note } of seals) {
    if (note !== null) openWitness(witnessOf(file), { id: note.split(':')[0] ?? '', commits: rows }).close();
  }
  return seals.filter(({ note }) => note === null).map(({ name, rows }) => ({ table: name, rows, expected: rows }));
}

/** Compares each document that a result refers to with the SHA-256 on its row. */
function checkDocuments(target: string): Pick<Backup, 'documents' | 'lost'> {
  using database = new DatabaseSync(path.join(target, DATABASE));
  const refs = database
    .prepare('SELECT result FROM results')
    .all()
    .flatMap(({ result }) => refsIn(String(result)));
  const lost = refs.filter(({ location, sha256 }) => sha256Of(path.join(target, FILES, location)) !== sha256);
  return { documents: refs.length - lost.length, lost: lost.map(({ location }) => location) };
}

function refsIn(json: string): FileRef[] {
  const { result } = JSON.parse(json) as { result?: { file?: FileRef; extra?: { stored?: FileRef } } };
  return [result?.file, result?.extra?.stored].filter(
    (ref) => ref?.location !== undefined && ref.sha256 !== undefined,
  ) as FileRef[];
}

function sha256Of(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
