import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createSqliteMessages } from '../../../functions/stores/sqlite/messages.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';
import { makeFolder, openStores } from './support.ts';

const slack = { topic: 'events', subscriber: 'slack' };
const mail = { topic: 'alerts', subscriber: 'e-mail' };
const json = (n: number) => JSON.stringify({ n });

describe('createSqliteMessages', () => {
  it('gives each queue what is due, oldest first, over a restart', async () => {
    await using place = await makeFolder();
    const first = openStores(place.file);
    await createSqliteMessages(first.database, first).add([
      { ...slack, json: json(1), dueAtMs: 20 },
      { ...mail, json: json(1), dueAtMs: 10 },
      { ...slack, json: json(2), dueAtMs: 10 },
      { ...slack, json: json(3), dueAtMs: 30 },
    ]);
    first.database.close();
    const second = openStores(place.file);
    const queues = createSqliteMessages(second.database, second);
    expect(queues.due(slack, 20, 10)).toEqual([
      { id: 1, message: { n: 1 }, attempts: 0, dueAtMs: 20 },
      { id: 3, message: { n: 2 }, attempts: 0, dueAtMs: 10 },
    ]);
    expect(queues.due(slack, 20, 1).map(({ id }) => id)).toEqual([1]);
    expect(queues.nextDueMs(slack)).toBe(10);
    expect(queues.nextDueMs({ topic: 'events', subscriber: 'webhook' })).toBeUndefined();
    second.database.close();
  });

  it('forgets what has arrived and keeps the next time of the rest, in one transaction', async () => {
    await using place = await makeFolder();
    const { database, log } = openStores(place.file);
    const queues = createSqliteMessages(database, { log });
    await queues.add([1, 2, 3].map((n) => ({ ...slack, json: json(n), dueAtMs: 0 })));
    await queues.record({ done: [1, 3], again: [{ id: 2, attempts: 1, firstAtMs: 5, dueAtMs: 60 }] });
    expect(queues.due(slack, 59, 10)).toEqual([]);
    expect(queues.due(slack, 60, 10)).toEqual([{ id: 2, message: { n: 2 }, attempts: 1, firstAtMs: 5, dueAtMs: 60 }]);
    expect(queues.waiting()).toEqual([{ ...slack, messages: 1, oldestId: 2, attempts: 1 }]);
    await queues.record({ done: [2], again: [] });
    await queues.add([{ ...slack, json: json(4), dueAtMs: 0 }]);
    expect(queues.due(slack, 0, 10).map(({ id }) => id)).toEqual([4]);
    database.close();
    openStores(place.file).database.close();
  });

  it('takes nothing more while too much waits, and takes it again when that has gone', async () => {
    await using place = await makeFolder();
    const { database, log } = openStores(place.file);
    const queues = createSqliteMessages(database, { log, maxCharacters: 10 });
    await queues.add([{ ...slack, json: json(1_000_000), dueAtMs: 0 }]);
    await expect(queues.add([{ ...slack, json: json(2), dueAtMs: 0 }])).rejects.toThrow(StoreError);
    await queues.record({ done: [1], again: [] });
    await queues.add([{ ...slack, json: json(3), dueAtMs: 0 }]);
    database.close();
  });

  it('skips a message that was changed behind its back, and says so once', async () => {
    await using place = await makeFolder();
    const { database, log, warnings } = openStores(place.file);
    const queues = createSqliteMessages(database, { log });
    await queues.add([1, 3].map((n) => ({ ...slack, json: json(n), dueAtMs: 0 })));
    using other = new DatabaseSync(place.file);
    other.exec(`UPDATE messages SET body = '{"n":2}' WHERE id = 1`);
    for (let i = 0; i < 2; i++) expect(queues.due(slack, 0, 1).map(({ message }) => message)).toEqual([{ n: 3 }]);
    expect(warnings).toEqual([
      { message: 'A message cannot be read and is not delivered', fields: { id: 1, ...slack } },
    ]);
    await queues.record({ done: [2], again: [{ id: 1, attempts: 1, dueAtMs: 0 }] });
    // Nothing is due: who waits for it would not sleep.
    expect(queues.nextDueMs(slack)).toBeUndefined();
    // Nor does a new checksum hide what has happened to it.
    expect(createSqliteMessages(database, { log }).due(slack, 0, 10)).toEqual([]);
    database.close();
  });
});
