import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { checkDatabase } from '../../doctor/check-database.ts';
import { createSqliteMessages } from '../../functions/stores/sqlite/messages.ts';
import { aTask } from '../contract/samples.ts';
import { makeFolder, openStores } from '../stores/sqlite/support.ts';

it('names the channels that messages wait for, while the service runs', async () => {
  await using place = await makeFolder();
  expect(checkDatabase(place.folder, 0)).toEqual([]);
  const { database, log } = openStores(place.file);
  expect(checkDatabase(place.folder, 0)).toMatchObject([{ level: 'ok', message: 'none waits to be delivered' }]);
  const queues = createSqliteMessages(database, { log });
  const mail = { topic: 'alerts', subscriber: 'e-mail', json: '{}', dueAtMs: 0 };
  await queues.add([mail, mail, { ...mail, topic: 'events', subscriber: 'webhook' }]);
  await queues.record({ done: [], again: [{ id: 1, attempts: 3, firstAtMs: 60_000, dueAtMs: 0 }] });
  expect(checkDatabase(place.folder, 600_000)).toMatchObject([
    { level: 'warn', message: '2 wait for e-mail, tried up to 3 times since 9 minutes ago' },
    { level: 'ok', message: '1 on their way to webhook' },
  ]);
  database.close();
});

it('counts rows that were damaged while the service runs, and says what to do', async () => {
  await using place = await makeFolder();
  const { database, pending } = openStores(place.file);
  for (const taskId of ['a', 'b', 'c']) await pending.register(aTask({ taskId }));
  expect(checkDatabase(place.folder, 0)).toMatchObject([{ level: 'ok' }]);
  using other = new DatabaseSync(place.file);
  other.exec("UPDATE pending SET body = replace(body, 'default', 'defecit') WHERE task_id < 'c'");
  expect(checkDatabase(place.folder, 0)).toMatchObject([
    { level: 'ok' },
    { level: 'fail', message: expect.stringContaining('2 rows cannot be read: pending: a row is changed (task_id a)') },
  ]);
  database.close();
});

it('says when the database cannot be read', async () => {
  await using place = await makeFolder();
  const { database } = openStores(place.file);
  database.prepare('DROP TABLE messages').run();
  expect(checkDatabase(place.folder, 0)).toMatchObject([
    { level: 'fail', message: expect.stringContaining('no such table') },
  ]);
  database.close();
});
