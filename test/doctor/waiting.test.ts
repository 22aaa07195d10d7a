import { expect, it } from 'vitest';
import { checkWaiting } from '../../doctor/check-waiting.ts';
import { createSqliteMessages } from '../../functions/stores/sqlite/messages.ts';
import { makeFolder, openStores } from '../stores/sqlite/support.ts';

it('names the channels that messages wait for, while the service runs', async () => {
  await using place = await makeFolder();
  expect(checkWaiting(place.folder, 0)).toEqual([]);
  const { database, log } = openStores(place.file);
  expect(checkWaiting(place.folder, 0)).toMatchObject([{ level: 'ok', message: 'none waits to be delivered' }]);
  const queues = createSqliteMessages(database, { log });
  const mail = { topic: 'alerts', subscriber: 'e-mail', json: '{}', dueAtMs: 0 };
  await queues.add([mail, mail, { ...mail, topic: 'events', subscriber: 'webhook' }]);
  await queues.record({ done: [], again: [{ id: 1, attempts: 3, firstAtMs: 60_000, dueAtMs: 0 }] });
  expect(checkWaiting(place.folder, 600_000)).toMatchObject([
    { level: 'warn', message: '2 wait for e-mail, tried up to 3 times since 9 minutes ago' },
    { level: 'ok', message: '1 on their way to webhook' },
  ]);
  database.close();
});

it('says when the database cannot be read', async () => {
  await using place = await makeFolder();
  const { database } = openStores(place.file);
  database.prepare('DROP TABLE messages').run();
  expect(checkWaiting(place.folder, 0)).toMatchObject([
    { level: 'fail', message: expect.stringContaining('no such table') },
  ]);
  database.close();
});
