import { readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../functions/tasks/errors.ts';
import { aResult, aTask } from '../../contract/samples.ts';
import { makeFolder, openStores } from './support.ts';

const witnessOf = (file: string) => file.replace('.db', '.witness');
const text = (characters: number) => 'x'.repeat(characters);

describe('openSqlite', () => {
  it('keeps what was acknowledged in one file with a rollback journal, synced', async () => {
    await using place = await makeFolder();
    const { database, pending } = openStores(place.file);
    await pending.register(aTask());
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'truncate' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    database.close();
    // A copy of the main file alone has everything.
    const copy = `${place.folder}/copy.db`;
    await writeFile(copy, await readFile(place.file));
    const opened = openStores(copy);
    expect(await opened.pending.get(aTask().taskId)).toEqual(aTask());
    opened.database.close();
  });

  it('commits what arrives together in one transaction', async () => {
    await using place = await makeFolder();
    const { database, pending } = openStores(place.file);
    const commits = () => database.prepare("SELECT rows FROM seals WHERE name = 'commits'").get()?.rows as number;
    const before = commits();
    await Promise.all(Array.from({ length: 50 }, (_, i) => pending.register(aTask({ taskId: `t${i}` }))));
    expect(commits()).toBe(before + 1);
    database.close();
  });

  it('lets a write that fails by its own fault take no other with it', async () => {
    await using place = await makeFolder();
    const { database, pending } = openStores(place.file);
    const insert = database.prepare('INSERT INTO pending VALUES (?, ?, 1)');
    const [first, failed, last] = await Promise.allSettled([
      pending.register(aTask({ taskId: 'first' })),
      database.write(() => {
        insert.run('half', '{}');
        throw new RangeError('too deep');
      }),
      pending.register(aTask({ taskId: 'last' })),
    ]);
    expect([first.status, failed.status, last.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(failed).toMatchObject({ reason: expect.any(RangeError) });
    expect(await pending.get('half')).toBeUndefined();
    database.close();
    openStores(place.file).database.close();
  });

  it('writes what waits when it is closed', async () => {
    await using place = await makeFolder();
    const first = openStores(place.file);
    const registered = first.pending.register(aTask());
    first.database.close();
    await registered;
    await expect(first.pending.remove(aTask().taskId)).rejects.toThrow('is closed');
    const second = openStores(place.file);
    expect(await second.pending.get(aTask().taskId)).toEqual(aTask());
    second.database.close();
  });

  it('knows the latest time that anything was written at', async () => {
    await using place = await makeFolder();
    const first = openStores(place.file);
    expect(first.database.lastMs).toBe(0);
    await first.pending.register(aTask());
    first.clock.nowMs -= 600_000;
    await first.pending.remove(aTask().taskId);
    first.database.close();
    const second = openStores(place.file);
    expect(second.database.lastMs).toBe(first.clock.nowMs + 600_000);
    second.database.close();
  });
});

describe('a full disk', () => {
  it('refuses writes, keeps what was acknowledged, is logged once, and is over when there is room', async () => {
    await using place = await makeFolder();
    const { database, pending, results, warnings, clock } = openStores(place.file, { maxPages: 40 });
    const kept: string[] = [];
    const refused: unknown[] = [];
    for (let i = 0; i < 40; i++) {
      const taskId = `t${i}`;
      await pending.register(aTask({ taskId, label: text(4_000) })).then(
        () => kept.push(taskId),
        (error: unknown) => refused.push(error),
      );
    }
    expect(kept.length).toBeGreaterThan(5);
    expect(refused.length).toBeGreaterThan(5);
    for (const error of refused) expect(error).toBeInstanceOf(StoreError);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('the disk is full: make room')]);
    for (const taskId of kept) expect(await pending.get(taskId)).toBeDefined();

    database.prepare('PRAGMA max_page_count = 1000').get();
    clock.nowMs += 10_000;
    expect(await results.put(aResult())).toEqual({ kind: 'stored' });
    expect(warnings.slice(1)).toEqual([
      { message: `The database ${place.file} is written again`, fields: { refused: refused.length } },
    ]);
    database.close();
    const again = openStores(place.file);
    expect(again.database.prepare('SELECT count(*) AS n FROM pending').get()).toEqual({ n: kept.length });
    again.database.close();
  });
});

describe('the witness beside a database', () => {
  async function filled(file: string) {
    const { database, pending } = openStores(file);
    for (let i = 0; i < 3; i++) await pending.register(aTask({ taskId: `t${i}` }));
    database.close();
  }

  it('finds a database that is missing, empty or older than it was', async () => {
    await using place = await makeFolder();
    await filled(place.file);
    const older = await readFile(place.file);
    const { database, pending } = openStores(place.file);
    await pending.remove('t1');
    database.close();
    await writeFile(place.file, older);
    expect(() => openStores(place.file)).toThrow('it is an older copy');
    await writeFile(place.file, '');
    expect(() => openStores(place.file)).toThrow('it is empty, and was not when it was last used');
    await rm(place.file);
    expect(() => openStores(place.file)).toThrow('it is missing, and was not when it was last used');
  });

  it('finds the database of another folder', async () => {
    await using one = await makeFolder();
    await using other = await makeFolder();
    await filled(one.file);
    await filled(other.file);
    await writeFile(one.file, await readFile(other.file));
    expect(() => openStores(one.file)).toThrow('its witness belongs to another database');
  });

  it('is written again when it is missing or damaged, because the database has all', async () => {
    await using place = await makeFolder();
    await filled(place.file);
    for (const spoil of [() => rm(witnessOf(place.file)), () => writeFile(witnessOf(place.file), 'half a mess')]) {
      await spoil();
      const { database, warnings } = openStores(place.file);
      database.close();
      expect(warnings).toMatchObject([{ message: expect.stringContaining('is written again') }]);
      expect(await readFile(witnessOf(place.file), 'utf8')).toMatch(/^\d+ \{"id":"[-0-9a-f]{36}","commits":\d+\} +\n$/);
    }
  });

  it('may be behind, as a power cut leaves it', async () => {
    await using place = await makeFolder();
    await filled(place.file);
    const behind = await readFile(witnessOf(place.file));
    await filled(place.file);
    await writeFile(witnessOf(place.file), behind);
    openStores(place.file).database.close();
  });
});

it('finds a row that is gone, or older than it was, although every page is in order', async () => {
  await using place = await makeFolder();
  const first = openStores(place.file);
  await first.pending.register(aTask());
  const older = first.database.prepare('SELECT * FROM pending').get();
  await first.pending.recordError(aTask().taskId, { code: 'C', message: 'm' });
  first.database.close();
  /** As a page that was never written would do it: without the triggers. */
  const change = (event: string, sql: string, ...values: (string | number)[]) => {
    using other = new DatabaseSync(place.file);
    const trigger = other.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(`pending_${event}`)?.sql;
    other.exec(`DROP TRIGGER pending_${event}`);
    other.prepare(sql).run(...values);
    other.exec(String(trigger));
  };
  change('UPDATE', 'UPDATE pending SET body = ?, checksum = ?', String(older?.body), Number(older?.checksum));
  expect(() => openStores(place.file)).toThrow('pending: 1 of 1 rows, or not as they were last written');
  change('DELETE', 'DELETE FROM pending');
  expect(() => openStores(place.file)).toThrow('pending: 0 of 1 rows');
});

it('finds a definition that is changed, which would end the seals without an error', async () => {
  await using place = await makeFolder();
  openStores(place.file).database.close();
  const bytes = (await readFile(place.file)).toString('latin1');
  await writeFile(place.file, bytes.replaceAll('rows = rows - 1', 'rows = rows - 0'), 'latin1');
  expect(() => openStores(place.file)).toThrow('its tables are not as they were made');
});

it('refuses the database of another program and of another version', async () => {
  await using place = await makeFolder();
  using other = new DatabaseSync(place.file);
  other.exec('CREATE TABLE t (x)');
  expect(() => openStores(place.file)).toThrow('it is not a database of this program');
  await rm(place.file);
  openStores(place.file).database.close();
  using next = new DatabaseSync(place.file);
  next.exec('PRAGMA user_version = 99');
  expect(() => openStores(place.file)).toThrow('another version of this program made it (99)');
});
