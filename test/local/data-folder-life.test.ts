import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqlitePendingTasks } from '../../functions/stores/sqlite/pending-tasks.ts';
import { createSqliteResults } from '../../functions/stores/sqlite/results.ts';
import { backUp } from '../../local/backup.ts';
import { createFolderFileStore } from '../../local/folder-file-store.ts';
import { openDataFolder } from '../../local/open-data-folder.ts';
import { observers } from '../contract/backend.ts';
import { aResult, aTask } from '../contract/samples.ts';

let root: string;
let dataDir: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'data-folder-life-'));
  dataDir = path.join(root, 'data');
});
afterEach(() => rm(root, { recursive: true }));

function open(folder = dataDir) {
  const { clock, log, warnings } = observers();
  const data = openDataFolder({ dataDir: folder, clock, log });
  const pending = createSqlitePendingTasks(data.database, log);
  const results = createSqliteResults(data.database, { clock, log });
  const files = createFolderFileStore({ folder: path.join(folder, 'files') });
  return { ...data, pending, results, files, warnings, clock };
}

const ids = Array.from({ length: 200 }, (_, i) => `task-${i}`);
const file = () => path.join(dataDir, 'tasks.db');

async function fill() {
  const data = open();
  await Promise.all(ids.map((taskId) => data.pending.register(aTask({ taskId, label: 'x'.repeat(100) }))));
  const ref = await data.files.put('exported/api.json', '{"swagger":"2.0"}', 'application/json');
  await data.results.put(aResult({ taskId: 'exported', result: { kind: 'export', file: ref } }));
  await data.results.put(aResult({ taskId: 'imported' }));
  return data;
}

/** Overwrites a text wherever it stands, or the head of the page that it stands on. */
async function spoil(text: string, where: 'text' | 'page' = 'text') {
  const bytes = await readFile(file());
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    const from = where === 'text' ? at : at - (at % 4_096);
    bytes.fill(0x55, from, from + text.length);
  }
  await writeFile(file(), bytes);
}

describe('a data folder', () => {
  it("is its owner's alone, whatever the mask and whatever the modes were", async () => {
    await mkdir(dataDir, { mode: 0o755 });
    await writeFile(path.join(dataDir, 'api-key'), 'a key');
    await chmod(path.join(dataDir, 'api-key'), 0o644);
    const mask = process.umask(0);
    const data = await fill();
    data.close();
    process.umask(mask);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      const name = path.join(entry.parentPath, entry.name);
      expect([name, (await stat(name)).mode & 0o777]).toEqual([name, entry.isDirectory() ? 0o700 : 0o600]);
    }
  });

  it('belongs to one opener at a time, and the next one learns who has it', async () => {
    const data = open();
    expect(() => open()).toThrow(`Process ${process.pid} already uses ${dataDir}.`);
    data.close();
    open().close();
  });

  it('of an earlier version is named, and its key is kept', async () => {
    for (const name of ['dynamodb', 'outbox']) await mkdir(path.join(dataDir, name), { recursive: true });
    await writeFile(path.join(dataDir, 'api-key'), 'a key');
    expect(() => open()).toThrow(`${dataDir}/dynamodb and ${dataDir}/outbox were written by an earlier version`);
    for (const name of ['dynamodb', 'outbox']) await rm(path.join(dataDir, name), { recursive: true });
    open().close();
    expect(await readFile(path.join(dataDir, 'api-key'), 'utf8')).toBe('a key');
  });

  it('is not opened when it is damaged: the error says what can be read, and how to continue', async () => {
    (await fill()).close();
    await spoil('"taskId":"task-100"');
    const before = await readFile(file());
    expect(() => open()).toThrow(/is damaged, so the service does not start:\n- .+/);
    expect(() => open()).toThrow(
      /Still readable: \d+ of 200 pending tasks, 2 of 2 results, 0 of 0 undelivered messages/,
    );
    expect(() => open()).toThrow('npm run backup -- saved-tasks');
    expect(await readFile(file())).toEqual(before);
  });

  it('that cannot be used is refused in one sentence', async () => {
    await writeFile(dataDir, 'a file');
    expect(() => open()).toThrow(
      /^DATA_DIR \S+ cannot be used: it must be a folder that this user owns and can write$/,
    );
    await rm(dataDir);
    await mkdir(path.join(dataDir, 'tasks.db'), { recursive: true });
    expect(() => open()).toThrow(/^The database \S+tasks.db cannot be opened: it cannot be opened: check/);
  });
});

describe('a backup', () => {
  const target = () => path.join(root, 'backup');
  const openBackup = () => open(target());

  it('has everything, documents included, while the service writes', async () => {
    const data = await fill();
    await writeFile(path.join(dataDir, 'api-key'), 'a key');
    const writing = Promise.all(ids.map((id) => data.pending.register(aTask({ taskId: `while-${id}` }))));
    const made = await backUp(dataDir, target(), data.clock);
    await writing;
    await data.pending.remove('task-0');
    data.close();
    expect(made).toMatchObject({ kind: 'whole', documents: 1, lost: [] });
    const copy = openBackup();
    expect(await copy.pending.get('task-0')).toBeDefined();
    const exported = await copy.results.get('exported');
    if (exported?.result.kind !== 'export' || !exported.result.file) throw new Error('no document');
    const stream = await copy.files.open(exported.result.file);
    expect(await new Response(stream).text()).toBe('{"swagger":"2.0"}');
    expect(copy.warnings).toEqual([]);
    copy.close();
    expect(await readFile(path.join(target(), 'api-key'), 'utf8')).toBe('a key');
  });

  it('waits for the end of a transaction whose pages are half written', async () => {
    (await fill()).close();
    const writer = new DatabaseSync(file());
    writer.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 1; BEGIN IMMEDIATE');
    const insert = writer.prepare('INSERT INTO pending VALUES (?, ?, 1)');
    for (let n = 0; n < 300; n++) insert.run(`new-${(n * 7919) % 1000}-${n}`, 'y'.repeat(500));
    const made = backUp(dataDir, target(), { now: Date.now });
    await new Promise((resolve) => setImmediate(resolve));
    writer.exec('ROLLBACK');
    writer.close();
    expect(await made).toMatchObject({ kind: 'whole', documents: 1, lost: [] });
  });

  it.each([
    ['at its head', 'SQLite format 3', 'text', 200],
    ['in its triggers', 'CREATE TRIGGER pending_DELETE', 'text', 200],
    ['in a row', '"taskId":"task-100"', 'text', 199],
    ['on a page', '"taskId":"task-100"', 'page', 150],
  ] as const)('of a folder that is damaged %s saves what can be read', async (_name, text, where, atLeast) => {
    (await fill()).close();
    await spoil(text, where);
    const before = await readFile(file());
    const made = await backUp(dataDir, target(), { now: Date.now });
    expect(await readFile(file())).toEqual(before);
    expect(made.kind).toBe('saved');
    const copy = openBackup();
    const found = await Promise.all(ids.map((id) => copy.pending.get(id)));
    copy.close();
    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(atLeast);
    expect(made.rows).toContainEqual({
      table: 'pending',
      rows: found.filter(Boolean).length,
      expected: expect.toSatisfy((rows) => rows === 200 || rows === undefined),
    });
  });

  it('names the documents that are missing or changed', async () => {
    (await fill()).close();
    await writeFile(path.join(dataDir, 'files', 'exported', 'api.json'), '{"swagger":"3.0"}');
    const made = await backUp(dataDir, target(), { now: Date.now });
    expect(made).toMatchObject({ kind: 'whole', documents: 0, lost: ['exported/api.json'] });
  });

  it('goes only to a folder that is new or empty, and only from one that has tasks', async () => {
    (await fill()).close();
    await cp(dataDir, target(), { recursive: true });
    await expect(backUp(dataDir, target(), { now: Date.now })).rejects.toThrow('is not empty');
    await expect(backUp(root, path.join(root, 'other'), { now: Date.now })).rejects.toThrow('has no tasks.db');
    expect(existsSync(path.join(root, 'other'))).toBe(false);
  });
});
