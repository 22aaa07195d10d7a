import { rm } from 'node:fs/promises';
import { StoreError } from '../functions/tasks/errors.ts';
import type { Outbox, OutboxEntry, StoredEntry } from './outbox.ts';
import { formatEntry } from './outbox-entry.ts';
import { fileOfEntry, type OutboxFolder, readOutboxFolder } from './outbox-folder.ts';
import { writeWhole } from './write-whole.ts';

/** Once this much waits, nothing is added before some of it has gone. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * An outbox of one file per entry, each written whole or not at all, and on the disk before `add` resolves. What is
 * damaged is set aside in `folder/damaged` and logged. Throws `StoreError` where the folder cannot be used.
 */
export async function openFolderOutbox<T>(options: OutboxFolder & { maxBytes?: number }): Promise<Outbox<T>> {
  const { folder, maxBytes = MAX_BYTES } = options;
  const { left, sizes, lastId } = await readOutboxFolder<T>(options);
  let number = lastId;

  const write = async (entry: StoredEntry<T>) => {
    const bytes = formatEntry(entry);
    await writeWhole(fileOfEntry(folder, entry.id), bytes);
    sizes.set(entry.id, bytes.length);
  };
  const remove = async (id: string) => {
    await deleteFile(fileOfEntry(folder, id));
    sizes.delete(id);
  };
  const withId = (entry: OutboxEntry<T>) => {
    number += 1;
    return { ...entry, id: String(number).padStart(12, '0') };
  };
  return {
    takeLeft: () => left.splice(0),
    async add(entries) {
      const bytes = sizes.values().reduce((sum, size) => sum + size, 0);
      if (bytes >= maxBytes) throw new StoreError(`The outbox in ${folder} is full: ${bytes} bytes are not delivered`);
      const stored = entries.map(withId);
      const failure = (await Promise.allSettled(stored.map(write))).find((one) => one.status === 'rejected');
      if (failure === undefined) return stored;
      await Promise.allSettled(stored.map(({ id }) => remove(id)));
      throw failure.reason;
    },
    replace: write,
    remove,
  };
}

async function deleteFile(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
  } catch (cause) {
    throw new StoreError(`The file ${file} cannot be deleted`, { cause });
  }
}
