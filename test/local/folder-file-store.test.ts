import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import { createFolderFileStore } from '../../local/folder-file-store.ts';
import { describeFileStore } from '../contract/file-store.contract.ts';

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'file-store-'));
  folders.push(folder);
  return folder;
}

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describeFileStore('folder', async () => createFolderFileStore({ folder: await newFolder() }));

describe('Folder file store', () => {
  it('leaves nothing behind but the file', async () => {
    const folder = await newFolder();
    const files = createFolderFileStore({ folder });
    await Promise.all([1, 2, 3].map(() => files.put('task-1/a.json', '{}', 'application/json')));
    expect(await readdir(folder, { recursive: true })).toEqual(['task-1', path.join('task-1', 'a.json')]);
  });

  it('gives no document that has changed since it was stored', async () => {
    const folder = await newFolder();
    const files = createFolderFileStore({ folder });
    const ref = await files.put('task-1/a.json', '{"a":1}', 'application/json');
    for (const text of ['{"a":2}', '', '{"a"']) {
      await writeFile(path.join(folder, 'task-1', 'a.json'), text);
      await expect(files.open(ref)).rejects.toThrow('The file task-1/a.json is damaged');
    }
  });

  it('reports a folder that it cannot write to', async () => {
    const folder = await newFolder();
    await writeFile(path.join(folder, 'task-1'), 'a file where a folder should be');
    const files = createFolderFileStore({ folder });
    await expect(files.put('task-1/a.json', '{}', 'application/json')).rejects.toThrow(StoreError);
  });
});
