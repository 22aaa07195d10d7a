import { DatabaseSync } from 'node:sqlite';
import { afterAll } from 'vitest';
import { createSqliteStartIntents } from '../../../functions/stores/sqlite/start-intents.ts';
import { describeStartIntentStore } from '../../contract/start-intent-store.contract.ts';
import { makeFolder, openStores } from './support.ts';

const opened: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of opened) await close();
});

describeStartIntentStore('SQLite', async () => {
  const { file, [Symbol.asyncDispose]: remove } = await makeFolder();
  const { database, clock, log } = openStores(file);
  opened.push(async () => {
    database.close();
    await remove();
  });
  const [intents, other] = [0, 1].map(() => createSqliteStartIntents(database, { clock, log }));
  if (!intents || !other) throw new Error('There are two stores');
  const spoil = async (key: string) => {
    using beside = new DatabaseSync(file);
    beside.prepare("UPDATE intents SET body = replace(body, 'nightly', 'weekly') WHERE start_key = ?").run(key);
  };
  return { intents, other, clock, spoil };
});
