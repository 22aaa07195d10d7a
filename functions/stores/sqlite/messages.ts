import { StoreError } from '../../tasks/errors.ts';
import { parseJson } from '../../tasks/json.ts';
import type { Log } from '../../tasks/ports.ts';
import type { SqliteDatabase } from './database.ts';
import { checksumOf } from './schema.ts';

/** One subscriber's queue at a topic. */
export type QueueName = { topic: string; subscriber: string };

/** A message that a subscriber has still to take. Times are epoch milliseconds; ids grow with age. */
export type WaitingMessage = {
  id: number;
  /** The message as it was published: any JSON value. */
  message: unknown;
  /** Deliveries that failed. */
  attempts: number;
  /** When the first of them began; absent before there was one. */
  firstAtMs?: number;
  /** Not delivered before this. */
  dueAtMs: number;
};

/** When a message is due again, and after how many failures. */
export type Postponed = Omit<WaitingMessage, 'message'>;

/** What is published and not yet delivered. It survives whatever ends the process: that is what it is for. */
export interface MessageQueues {
  /** Keeps a message for each queue, all or none. Rejects with `StoreError`, also when too much waits already. */
  add(messages: readonly (QueueName & { json: string; dueAtMs: number })[]): Promise<void>;
  /** What is due of a queue, oldest first. */
  due(queue: QueueName, nowMs: number, limit: number): WaitingMessage[];
  /** When the next message of a queue is due; undefined when none waits. */
  nextDueMs(queue: QueueName): number | undefined;
  /** After a delivery: forgets the messages of `done`, keeps those of `again` with their next time. */
  record(end: { done: readonly number[]; again: readonly Postponed[] }): Promise<void>;
  /** How much waits, by queue. */
  waiting(): (QueueName & { messages: number; oldestId: number; attempts: number })[];
}

/** Characters that wait at most; nothing is added before some of it has gone. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

type Row = QueueName & {
  id: number;
  due_at: number;
  attempts: number;
  first_at: number | null;
  body: string;
  checksum: number;
};

/** The queues of all topics, in one table. */
export function createSqliteMessages(
  database: SqliteDatabase,
  { log, maxCharacters = MAX_CHARACTERS }: { log: Pick<Log, 'error'>; maxCharacters?: number },
): MessageQueues {
  const unreadable = new Set<number>();
  const read = (row: Row): WaitingMessage[] => {
    if (isWhole(row)) return [toWaiting(row)];
    const { id, topic, subscriber } = row;
    if (!unreadable.has(id)) log.error('A message cannot be read and is not delivered', { id, topic, subscriber });
    unreadable.add(id);
    return [];
  };
  const rows = prepareRows(database);
  let characters = rows.characters();
  return {
    add: (messages) =>
      database.write(() => {
        if (characters >= maxCharacters)
          throw new StoreError(`Too much is published and not delivered: ${characters} characters wait`);
        for (const message of messages) rows.insert(message);
        characters += messages.reduce((sum, { json }) => sum + json.length, 0);
      }),
    due: (queue, nowMs, limit) =>
      database.read(() => {
        for (;;) {
          const found = rows.due(queue, [...unreadable], nowMs, limit);
          const messages = found.flatMap(read);
          if (messages.length > 0 || found.length === 0) return messages;
        }
      }),
    nextDueMs: (queue) => database.read(() => rows.nextDueMs(queue, [...unreadable])),
    record: ({ done, again }) =>
      database.write(() => {
        for (const id of done) characters -= rows.remove(id);
        for (const one of again) rows.postpone(one);
      }),
    waiting: () => database.read(rows.waiting),
  };
}

/** Leaves out the ids of a JSON list. */
const READABLE = 'id NOT IN (SELECT value FROM json_each(?))';

function prepareRows(database: SqliteDatabase) {
  const insert = database.prepare(
    'INSERT INTO messages (id, topic, subscriber, due_at, attempts, first_at, body, checksum) VALUES (?, ?, ?, ?, 0, NULL, ?, ?)',
  );
  const lastId = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'messages'");
  const select = database.prepare('SELECT * FROM messages WHERE id = ?');
  const due = database.prepare(
    `SELECT * FROM messages WHERE topic = ? AND subscriber = ? AND ${READABLE} AND due_at <= ? ORDER BY id LIMIT ?`,
  );
  const next = database.prepare(
    `SELECT min(due_at) AS at FROM messages WHERE topic = ? AND subscriber = ? AND ${READABLE}`,
  );
  const postpone = database.prepare(
    'UPDATE messages SET due_at = ?, attempts = ?, first_at = ?, checksum = ? WHERE id = ?',
  );
  const remove = database.prepare('DELETE FROM messages WHERE id = ? RETURNING length(body) AS characters');
  const characters = database.prepare('SELECT coalesce(sum(length(body)), 0) AS characters FROM messages');
  const waiting = database.prepare(
    `SELECT topic, subscriber, count(*) AS messages, min(id) AS oldestId, max(attempts) AS attempts
     FROM messages GROUP BY topic, subscriber`,
  );
  return {
    insert({ topic, subscriber, dueAtMs, json }: QueueName & { json: string; dueAtMs: number }) {
      // Never used again, also after its row is gone: the checksum covers the id.
      const id = Number(lastId.get()?.seq ?? 0) + 1;
      insert.run(id, topic, subscriber, dueAtMs, json, checksumOf(id, topic, subscriber, dueAtMs, 0, null, json));
    },
    due: ({ topic, subscriber }: QueueName, without: number[], nowMs: number, limit: number) =>
      due.all(topic, subscriber, JSON.stringify(without), nowMs, limit) as Row[],
    nextDueMs: ({ topic, subscriber }: QueueName, without: number[]) =>
      (next.get(topic, subscriber, JSON.stringify(without))?.at ?? undefined) as number | undefined,
    postpone({ id, dueAtMs, attempts, firstAtMs }: Postponed) {
      const row = select.get(id) as Row | undefined;
      // A new checksum would hide that the row is damaged.
      if (!row || !isWhole(row)) return;
      const first = firstAtMs ?? null;
      const checksum = checksumOf(id, row.topic, row.subscriber, dueAtMs, attempts, first, row.body);
      postpone.run(dueAtMs, attempts, first, checksum, id);
    },
    remove: (id: number) => Number(remove.get(id)?.characters ?? 0),
    characters: () => Number(characters.get()?.characters),
    waiting: () => waiting.all() as ReturnType<MessageQueues['waiting']>,
  };
}

function isWhole({ id, topic, subscriber, due_at, attempts, first_at, body, checksum }: Row): boolean {
  return checksumOf(id, topic, subscriber, due_at, attempts, first_at, body) === checksum;
}

function toWaiting({ id, due_at, attempts, first_at, body }: Row): WaitingMessage {
  return { id, message: parseJson(body), attempts, dueAtMs: due_at, ...(first_at !== null && { firstAtMs: first_at }) };
}
