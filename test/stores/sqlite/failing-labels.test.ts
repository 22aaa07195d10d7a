import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSqliteFailingLabels } from '../../../functions/stores/sqlite/failing-labels.ts';
import { describeFailingLabels } from '../../contract/failing-labels.contract.ts';
import { NOW_MS } from '../../contract/samples.ts';
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

const labels = () => createSqliteFailingLabels(opened.database, { now: () => NOW_MS });

describeFailingLabels('SQLite', () => ({ results: opened.results, labels: labels() }));

it('remembers failures over a restart, and forgets the expired ones', async () => {
  const end = (label: string) => ({ instanceId: 'gateway', label, atMs: NOW_MS });
  const expiresAtS = NOW_MS / 1_000 + 60;
  await labels().noteFailure(end('old'), NOW_MS / 1_000);
  await labels().noteFailure(end('kept'), expiresAtS);
  await labels().noteFailure(end('kept'), expiresAtS);
  opened.database.close();
  opened = openStores(place.file);
  expect(await labels().failedBefore(end('kept'))).toBe(true);
  expect(await labels().failedBefore(end('old'))).toBe(false);
});
