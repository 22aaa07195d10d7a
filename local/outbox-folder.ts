import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { StoreError } from '../functions/tasks/errors.ts';
import type { Log } from '../functions/tasks/ports.ts';
import type { StoredEntry } from './outbox.ts';
import { type EntryRead, parseEntry } from './outbox-entry.ts';
import { UNFINISHED } from './write-whole.ts';

/** Where an outbox keeps its entries, and who hears of damaged ones. */
export type OutboxFolder = { folder: string; log: Pick<Log, 'error'> };

/** What is in the folder: entries, their sizes in bytes by id, and the highest number that was ever given to one. */
export type OutboxContent<T> = { left: StoredEntry<T>[]; sizes: Map<string, number>; lastId: number };

const DAMAGED = 'damaged';
const ENTRY = /^(\d{12})\.entry$/;

export function fileOfEntry(folder: string, id: string): string {
  return path.join(folder, `${id}.entry`);
}

/** Reads every entry, oldest first; sets damaged ones aside and clears away what was never finished. Throws `StoreError`. */
export async function readOutboxFolder<T>(outbox: OutboxFolder): Promise<OutboxContent<T>> {
  const { folder } = outbox;
  const content: OutboxContent<T> = { left: [], sizes: new Map(), lastId: 0 };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of (await readdir(folder)).toSorted()) {
      const id = ENTRY.exec(name)?.[1];
      if (id !== undefined) await takeEntry(id, content, outbox);
      else if (name.endsWith(UNFINISHED)) await rm(path.join(folder, name), { force: true });
    }
    return content;
  } catch (cause) {
    throw new StoreError(`The outbox in ${folder} cannot be opened`, { cause });
  }
}

async function takeEntry<T>(id: string, content: OutboxContent<T>, { folder, log }: OutboxFolder): Promise<void> {
  content.lastId = Number(id);
  const file = fileOfEntry(folder, id);
  const { read, size } = await readEntry<T>(file);
  if (read.kind === 'entry') {
    content.left.push({ ...read.entry, id });
    content.sizes.set(id, size);
    return;
  }
  const aside = path.join(folder, DAMAGED, `${id}-${randomUUID()}`);
  await mkdir(path.dirname(aside), { recursive: true });
  await rename(file, aside);
  log.error('undelivered messages are damaged and set aside', { file: aside, reason: read.reason });
}

async function readEntry<T>(file: string): Promise<{ read: EntryRead<T>; size: number }> {
  try {
    const bytes = await readFile(file);
    return { read: parseEntry<T>(bytes), size: bytes.length };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { read: { kind: 'damaged', reason: `it cannot be read (${code})` }, size: 0 };
  }
}
