import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateApiKey } from '../../local/local-api-key.ts';

let dataDir: string;
let file: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'api-key-'));
  file = path.join(dataDir, 'api-key');
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('the key of an installation', () => {
  it('is made once, in a file of its own that its owner alone can read', async () => {
    const made = await loadOrCreateApiKey(dataDir);
    expect(made).toEqual({ key: expect.stringMatching(/^[\w-]{32}$/), isNew: true });
    expect(await readFile(file, 'utf8')).toBe(`${made.key}\n`);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readdir(dataDir)).toEqual(['api-key']);
    expect(await loadOrCreateApiKey(dataDir)).toEqual({ key: made.key, isNew: false });
  });

  it.each(['', '\n'])('is made anew where a kill left %j in the file', async (left) => {
    await writeFile(file, left);
    const { key, isNew } = await loadOrCreateApiKey(dataDir);
    expect([key.length, isNew]).toEqual([32, true]);
    expect(await loadOrCreateApiKey(dataDir)).toEqual({ key, isNew: false });
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('may be one that somebody put there, if it could be sent', async () => {
    await writeFile(file, 'a-key-of-my-own-making');
    expect(await loadOrCreateApiKey(dataDir)).toEqual({ key: 'a-key-of-my-own-making', isNew: false });
    await writeFile(file, 'two words of my own making');
    await expect(loadOrCreateApiKey(dataDir)).rejects.toThrow('has spaces or characters beyond ASCII');
    await expect(loadOrCreateApiKey(dataDir)).rejects.not.toThrow('two words');
  });
});
