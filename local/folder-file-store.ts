import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { StoreError } from '../functions/tasks/errors.ts';
import { checkFileKey, type FileStore } from '../functions/tasks/ports.ts';
import type { FileRef } from '../functions/tasks/result.ts';
import { writeWhole } from './write-whole.ts';

/** Files below `folder`, each written whole or not at all. Keys cannot lead out of the folder. */
export function createFolderFileStore({ folder }: { folder: string }): FileStore {
  const pathOf = (key: string) => path.join(folder, ...checkFileKey(key).split('/'));
  return {
    async put(key, body, mediaType) {
      const bytes = Buffer.from(body);
      await writeWhole(pathOf(key), bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { location: key, media_type: mediaType, size_bytes: bytes.length, sha256 };
    },
    open: (ref) => openFile(pathOf, ref),
  };
}

/** Read twice: once it is being sent, it is too late to say that it is damaged. */
async function openFile(pathOf: (key: string) => string, { location, sha256 }: FileRef) {
  try {
    const handle = await open(pathOf(location), 'r');
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk);
    if (hash.digest('hex') !== sha256) {
      await handle.close();
      throw new StoreError(`The file ${location} is damaged: it is not what was stored`);
    }
    return Readable.toWeb(handle.createReadStream({ start: 0 })) as ReadableStream<Uint8Array>;
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new StoreError(`The file ${location} cannot be read`, { cause });
  }
}
