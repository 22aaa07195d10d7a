import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageQueues } from '../../functions/stores/sqlite/messages.ts';
import type { Subscriber } from '../../local/delivery-queue.ts';
import { createTopic } from '../../local/topics.ts';
import { createFakeClock, silentLog } from '../support/fixtures.ts';
import { openLocalStores } from './local-stores.ts';

/** One process: the sizes of the rounds it publishes, which deliveries fail, and after how many effects it is killed. */
type Life = { rounds: number[]; failures: boolean[]; effects: number; diesAfterwards: boolean };

const life: fc.Arbitrary<Life> = fc.record({
  rounds: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  failures: fc.array(fc.boolean(), { maxLength: 6 }),
  effects: fc.integer({ min: 0, max: 30 }),
  diesAfterwards: fc.boolean(),
});
const HEALTHY: Life = { rounds: [1], failures: [], effects: Number.POSITIVE_INFINITY, diesAfterwards: false };

const CHANNELS = [
  { name: 'slack', maxBatch: 2 },
  { name: 'e-mail' },
  { name: 'webhook', maxBatch: 1, wants: (n: number) => n % 3 === 0 },
];

/** What is known of all lives, by `<channel> <message>`: whose publishing resolved, who arrived, whose end was kept. */
type Books = { next: number; promised: Set<string>; arrived: Set<string>; over: Set<string>; again: Set<string> };

/** Runs effects until the one at which the process is killed; after that nothing has an effect, and nothing resolves. */
function createMortality({ effects, diesAfterwards }: Life) {
  const died = Promise.withResolvers<void>();
  const inFlight = new Set<Promise<unknown>>();
  let left = effects;
  const never = new Promise<never>(() => {});
  const effect = async <T>(act: () => Promise<T>): Promise<T> => {
    if (left < 0) return never;
    left -= 1;
    const isLast = left < 0;
    if (isLast) died.resolve();
    const acting = isLast && !diesAfterwards ? Promise.resolve() : act();
    inFlight.add(acting);
    const done = (await acting) as T;
    return left < 0 ? never : done;
  };
  return { effect, died: died.promise, atRest: () => Promise.allSettled(inFlight) };
}

type Effect = ReturnType<typeof createMortality>['effect'];

/** The queues of a mortal process; writes into the books which messages are over for good. */
function watched(queues: MessageQueues, effect: Effect, books: Books): MessageQueues {
  const keys = new Map<number, string>();
  return {
    ...queues,
    due(queue, nowMs, limit) {
      const due = queues.due(queue, nowMs, limit);
      for (const { id, message } of due) keys.set(id, `${queue.subscriber} ${message}`);
      return due;
    },
    add: (messages) => effect(() => queues.add(messages)),
    async record(ends) {
      await effect(() => queues.record(ends));
      for (const id of ends.done) books.over.add(keys.get(id) ?? '');
    },
  };
}

async function live(all: MessageQueues, oneLife: Life, books: Books): Promise<void> {
  const { effect, died, atRest } = createMortality(oneLife);
  const queues = watched(all, effect, books);
  const topic = createTopic<number>({ name: 'events', clock: createFakeClock(), log: silentLog, queues });
  const failures = [...oneLife.failures];
  for (const channel of CHANNELS) topic.subscribe({ ...channel, deliver: delivery(channel.name) });
  const run = async () => {
    topic.resume();
    for (const size of oneLife.rounds) await publish(size);
    await topic.drained();
  };
  await Promise.race([run(), died]);
  await atRest();

  function delivery(name: string): Subscriber<number>['deliver'] {
    return (batch) =>
      effect(async () => {
        const failed = failures.shift() ? batch.slice(batch.length / 2) : [];
        for (const one of batch.filter((attempt) => !failed.includes(attempt))) {
          const key = `${name} ${one.message}`;
          if (books.over.has(key)) books.again.add(key);
          books.arrived.add(key);
        }
        return failed.map((attempt) => ({ attempt }));
      });
  }

  async function publish(size: number) {
    const messages = Array.from({ length: size }, () => books.next++);
    await topic.publish(messages);
    for (const { name, wants = () => true } of CHANNELS) {
      for (const message of messages.filter(wants)) books.promised.add(`${name} ${message}`);
    }
  }
}

describe('queues whose process dies anywhere', () => {
  it('loses nothing that was published, and repeats nothing whose end was kept', async () => {
    const check = async (lives: Life[]) => {
      const books: Books = { next: 0, promised: new Set(), arrived: new Set(), over: new Set(), again: new Set() };
      await using stores = await openLocalStores();
      for (const oneLife of [...lives, HEALTHY]) await live(stores.queues, oneLife, books);
      expect([...books.promised].filter((key) => !books.arrived.has(key))).toEqual([]);
      expect(books.again).toEqual(new Set());
      expect(stores.waiting()).toBe(0);
    };
    await fc.assert(fc.asyncProperty(fc.array(life, { maxLength: 4 }), check), { numRuns: 60 });
  });
});
