import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseDamagedError } from '../../../functions/stores/sqlite/damage.ts';
import { createSqliteMessages } from '../../../functions/stores/sqlite/messages.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';
import { aResult, aTask } from '../../contract/samples.ts';
import { makeFolder, openStores } from './support.ts';

/** `DAMAGE_RUNS=5000 npx vitest run test/stores/sqlite/damage.test.ts` looks further, and prints what was found. */
const RUNS = Number(process.env.DAMAGE_RUNS ?? 80);

const PENDING = Array.from({ length: 120 }, (_, i) => aTask({ taskId: `pending-${i * 7919}`, label: `label ${i}` }));
const RESULTS = Array.from({ length: 40 }, (_, i) => aResult({ taskId: `result-${i * 7919}`, result: parsed(i) }));
const MESSAGES = Array.from({ length: 30 }, (_, n) => ({
  topic: 'events',
  subscriber: 'slack',
  json: `{"n":${n}}`,
  dueAtMs: 0,
}));

/** Some fit a page, others take several. */
function parsed(i: number) {
  return { kind: 'raw' as const, raw: 'x'.repeat(i % 10 === 0 ? 9_000 : 300), reason: 'it is not JSON' };
}

let place: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  place = await makeFolder();
  await mkdir(path.join(place.folder, 'clean'));
  const { database, pending, results, log } = openStores(path.join(place.folder, 'clean', 'tasks.db'));
  for (const task of PENDING) await pending.register(task);
  for (const result of RESULTS) await results.put(result);
  await pending.remove('pending-0');
  await createSqliteMessages(database, { log }).add(MESSAGES);
  database.close();
  await cp(path.join(place.folder, 'clean'), path.join(place.folder, 'killed'), { recursive: true });
  await leaveHalfATransaction(path.join(place.folder, 'killed', 'tasks.db'));
});
afterAll(() => place[Symbol.asyncDispose]());

/** What a `kill -9` leaves while pages are written: part of them, and the journal that takes them back. */
async function leaveHalfATransaction(file: string): Promise<void> {
  const writing = `${file}.writing`;
  await cp(file, writing);
  const database = new DatabaseSync(writing);
  database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 1; BEGIN IMMEDIATE');
  const insert = database.prepare('INSERT INTO pending VALUES (?, ?, 1)');
  for (let i = 0; i < 300; i++) insert.run(`new-${(i * 7919) % 1000}-${i}`, 'y'.repeat(500));
  database.exec('DELETE FROM results');
  await cp(writing, file);
  await cp(`${writing}-journal`, `${file}-journal`);
  database.close();
  await rm(writing);
}

type Damage = {
  file: number;
  kind: 'flip' | 'cut' | 'empty' | 'swap blocks' | 'swap files';
  at: number;
  to: number;
  bits: number;
};
/** Places are shares of the file's length, without the bias of fast-check; heads, where it all begins, are hit more often. */
const anywhere = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((n) => n / 1_000_000);
const share = fc.oneof({ weight: 3, arbitrary: anywhere }, { weight: 1, arbitrary: anywhere.map((at) => at / 200) });
const damage: fc.Arbitrary<Damage> = fc.record({
  file: fc.nat({ max: 9 }),
  kind: fc.constantFrom('flip', 'flip', 'flip', 'cut', 'empty', 'swap blocks', 'swap files'),
  at: share,
  to: share,
  bits: fc.integer({ min: 1, max: 255 }),
});

async function apply(folder: string, { file, kind, at, to, bits }: Damage): Promise<void> {
  const names = (await readdir(folder)).toSorted();
  const [name, other] = [file, file + 1].map((n) => path.join(folder, names[n % names.length] ?? '')) as [
    string,
    string,
  ];
  const bytes = await readFile(name);
  const place = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
  if (kind === 'empty') await writeFile(name, '');
  else if (kind === 'cut') await writeFile(name, bytes.subarray(0, place));
  else if (kind === 'swap files') {
    await writeFile(name, await readFile(other));
    await writeFile(other, bytes);
  } else if (bytes.length > 0) {
    if (kind === 'flip') bytes[place] = (bytes[place] ?? 0) ^ bits;
    else swapBlocks(bytes, place, Math.floor(to * bytes.length));
    await writeFile(name, bytes);
  }
}

function swapBlocks(bytes: Buffer, at: number, to: number): void {
  const size = Math.min(4_096, bytes.length);
  const [a, b] = [at, to].map((place) => Math.min(bytes.length - size, Math.floor(place / size) * size)) as [
    number,
    number,
  ];
  const kept = Buffer.from(bytes.subarray(a, a + size));
  bytes.copyWithin(a, b, b + size);
  kept.copy(bytes, b);
}

/** Everything that was acknowledged, read through the stores. */
async function readAll(file: string) {
  const { database, pending, results, log } = openStores(file);
  try {
    return {
      pending: await Promise.all(PENDING.slice(1).map(({ taskId }) => pending.get(taskId))),
      results: await Promise.all(RESULTS.map(({ taskId }) => results.get(taskId))),
      listed: (await results.list({}, { limit: 100 })).items.length,
      messages: createSqliteMessages(database, { log }).due({ topic: 'events', subscriber: 'slack' }, 0, 100).length,
    };
  } finally {
    database.close();
  }
}

const ALL = { pending: PENDING.slice(1), results: RESULTS, listed: RESULTS.length, messages: MESSAGES.length };

describe.each(['clean', 'killed'])('a folder that was left %s', (state) => {
  it('has everything while nothing is damaged', async () => {
    const folder = path.join(place.folder, `${state}-whole`);
    await cp(path.join(place.folder, state), folder, { recursive: true });
    expect(await readAll(path.join(folder, 'tasks.db'))).toEqual(ALL);
  });

  it('has everything after any damage, or the start says what is damaged', async () => {
    const told = { damaged: 0, whole: 0 };
    const check = async (damages: Damage[]) => {
      const folder = path.join(place.folder, `${state}-damaged`);
      await rm(folder, { recursive: true, force: true });
      await cp(path.join(place.folder, state), folder, { recursive: true });
      for (const one of damages) await apply(folder, one);
      try {
        expect(await readAll(path.join(folder, 'tasks.db'))).toEqual(ALL);
        told.whole += 1;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        expect(error).toBeInstanceOf(DatabaseDamagedError);
        told.damaged += 1;
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), check), { numRuns: RUNS });
    if (process.env.DAMAGE_RUNS) console.log(`${state}: ${JSON.stringify(told)}`);
    expect(told.damaged).toBeGreaterThan(RUNS / 10);
    expect(told.whole).toBeGreaterThan(RUNS / 20);
  }, 600_000);
});
