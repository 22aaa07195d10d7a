import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataFolderProblem } from '../../local/data-folder.ts';

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'data-folder-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('the folder of DATA_DIR', () => {
  it.each(['', 'new', 'new/and/deep'])('may be there or not (%j), and is left as it was', async (below) => {
    const folder = await emptyFolder();
    expect(dataFolderProblem(path.join(folder, below))).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('may be a link to a folder', async () => {
    const folder = await emptyFolder();
    await symlink(await emptyFolder(), path.join(folder, 'link'));
    expect(dataFolderProblem(path.join(folder, 'link'))).toBeUndefined();
  });

  it('is not a file, a link that leads nowhere or to itself, or below one of those', async () => {
    const folder = await emptyFolder();
    await writeFile(path.join(folder, 'file'), '');
    await symlink(path.join(folder, 'nowhere'), path.join(folder, 'dangling'));
    await symlink(path.join(folder, 'loop'), path.join(folder, 'loop'));
    for (const name of ['file', 'dangling', 'loop', 'file/x', 'dangling/x', 'loop/x', 'x'.repeat(300)]) {
      const target = path.join(folder, name);
      expect(dataFolderProblem(target)).toBe(`DATA_DIR ${target} is not a writable folder`);
    }
  });

  it.skipIf(!existsSync('/proc/self'))('is not where nothing can be made, whatever its permissions say', () => {
    expect(dataFolderProblem('/proc/x')).toBe('DATA_DIR /proc/x is not a writable folder');
    expect(dataFolderProblem('/proc/x/y')).toBe('DATA_DIR /proc/x/y is not a writable folder');
  });
});
