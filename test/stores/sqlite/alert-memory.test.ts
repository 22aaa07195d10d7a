import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSqliteAlertMemory } from '../../../functions/stores/sqlite/alert-memory.ts';
import { describeAlertMemory, HOUR_MS, NOW_MS } from '../../contract/alert-memory.contract.ts';
import { makeFolder, openStores } from './support.ts';

let place: Awaited<ReturnType<typeof makeFolder>>;
let opened: ReturnType<typeof openStores>;
beforeAll(async () => {
  place = await makeFolder();
  opened = openStores(place.file);
});
afterAll(async () => {
  opened.database.close();
  await place[Symbol.asyncDispose]();
});

describeAlertMemory('SQLite', () => createSqliteAlertMemory(opened.database));

it('remembers a claim over a restart, and forgets the expired ones', async () => {
  await createSqliteAlertMemory(opened.database).claim('old', NOW_MS - 2 * HOUR_MS, HOUR_MS);
  await createSqliteAlertMemory(opened.database).claim('kept', NOW_MS, HOUR_MS);
  opened.database.close();
  opened = openStores(place.file);
  expect(await createSqliteAlertMemory(opened.database).claim('kept', NOW_MS + 1, HOUR_MS)).toBe(false);
  expect(opened.database.prepare("SELECT 1 FROM alerts WHERE key = 'old'").get()).toBeUndefined();
});
