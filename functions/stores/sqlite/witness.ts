import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import * as z from 'zod/mini';
import { parseJson } from '../../tasks/json.ts';

/** What stands beside a database: which one it is, and how many transactions it had at least. */
export type Testimony = { id: string; commits: number };

/** `absent` when there is no such file; an empty one is damaged, because it is made with its first line. */
export type WitnessRead = { kind: 'read'; testimony: Testimony } | { kind: 'absent' } | { kind: 'damaged' };

/** Told of each transaction after it is durable. */
export type Witness = { note(commits: number): void; close(): void };

const schema = z.object({ id: z.string(), commits: z.number().check(z.int(), z.nonnegative()) });
/** Every line has this length, so that writing one over another is one write within one sector. */
const LINE_BYTES = 128;

/** Reads the witness of a database. Throws what the file system throws, except that there is none. */
export function readWitness(file: string): WitnessRead {
  const text = readText(file);
  if (text === undefined) return { kind: 'absent' };
  const [sum, json = ''] = text.split('\n', 1)[0]?.split(/ (.*)/, 2) ?? [];
  const parsed = z.safeParse(schema, parseJson(json.trim()));
  if (!parsed.success || sum !== String(crc32(json.trim()))) return { kind: 'damaged' };
  return { kind: 'read', testimony: parsed.data };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Opens the witness for writing; its first line is on the disk when this returns. Later ones are not synced: after a
 * power cut the witness may be behind the database, which is what it may be, and never ahead.
 */
export function openWitness(file: string, { id, commits }: Testimony): Witness {
  // `w` truncates: between that and the first write, a kill would leave an empty witness in the place of a good one.
  const handle = openSync(file, readText(file) === undefined ? 'w' : 'r+', 0o600);
  const note = (count: number) => {
    const json = JSON.stringify({ id, commits: count });
    writeSync(handle, `${`${crc32(json)} ${json}`.padEnd(LINE_BYTES - 1)}\n`, 0);
  };
  note(commits);
  fsyncSync(handle);
  return { note, close: () => closeSync(handle) };
}
