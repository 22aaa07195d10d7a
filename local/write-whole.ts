import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { StoreError } from '../functions/tasks/errors.ts';

/** The name's end of files that are still being written: what a killed process leaves of them is worth nothing. */
export const UNFINISHED = '.tmp';

/** Writes a file whole or not at all, folders included, for its owner alone; once it resolves, a power cut takes nothing. Throws `StoreError`. */
export async function writeWhole(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${target}.${randomUUID()}${UNFINISHED}`;
  try {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await writeThrough(temporary, bytes);
    await rename(temporary, target);
    await syncFolder(path.dirname(target));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new StoreError(`The file ${target} cannot be written`, { cause });
  }
}

/** Renamed before its bytes are on the disk, a file could be empty after a power cut. */
async function writeThrough(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
}

/** The new name is the folder's to keep. Windows has no such call, and keeps names by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
