import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import type { Clock, Log } from '../../functions/tasks/ports.ts';
import type { Subscriber } from '../../local/delivery-queue.ts';
import { createTopic } from '../../local/topics.ts';
import { createFakeClock } from '../support/fixtures.ts';
import { openLocalStores } from './local-stores.ts';

type Stores = Awaited<ReturnType<typeof openLocalStores>>;
let stores: Stores;
beforeEach(async () => {
  stores = await openLocalStores();
});
afterEach(() => stores[Symbol.asyncDispose]());

function topicOf<T>({ clock = createFakeClock() as Clock, queues = stores.queues } = {}) {
  const lines: unknown[] = [];
  const note = (message: string, fields?: Record<string, unknown>) => void lines.push({ message, ...fields });
  const log: Log = { info: () => {}, warn: note, error: note };
  return { topic: createTopic<T>({ name: 'events', clock, log, queues }), lines };
}

/** The messages that are kept for a subscriber, due or not. */
const keptFor = (subscriber: string) =>
  stores.queues.due({ topic: 'events', subscriber }, Number.MAX_SAFE_INTEGER, 100).map(({ message }) => message);

/** A subscriber that fails its first `failures` deliveries. */
function flaky(name: string, failures: number) {
  const batches: number[][] = [];
  const deliver: Subscriber<number>['deliver'] = async (batch) => {
    batches.push(batch.map(({ message }) => message));
    if (batches.length <= failures) throw new Error('down');
    return [];
  };
  return { name, batches, deliver };
}

/** A clock that stands still; `sleep` ends only when it is cut short. */
function createStill(): Clock {
  const sleep: Clock['sleep'] = (_ms, signal) =>
    new Promise((resolve) => (signal?.aborted ? resolve() : signal?.addEventListener('abort', () => resolve())));
  return { now: () => 0, sleep };
}

describe('createTopic', () => {
  it('hands each message to every subscriber that wants it', async () => {
    const { topic } = topicOf<number>();
    const all = flaky('all', 0);
    const even = { ...flaky('even', 0), wants: (n: number) => n % 2 === 0 };
    topic.subscribe(all);
    topic.subscribe(even);
    await topic.publish([1, 2, 3]);
    await topic.drained();
    await topic.publish([5]);
    await topic.drained();
    expect(all.batches).toEqual([[1, 2, 3], [5]]);
    expect(even.batches).toEqual([[2]]);
  });

  it('keeps batches as small as a subscriber asks', async () => {
    const { topic } = topicOf<number>();
    const small = { ...flaky('small', 0), maxBatch: 2 };
    topic.subscribe(small);
    await topic.publish([1, 2, 3, 4, 5]);
    await topic.drained();
    expect(small.batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('keeps a message until it is delivered, and no longer', async () => {
    const { topic } = topicOf<number>();
    const seen: number[] = [];
    topic.subscribe({
      name: 'a',
      async deliver() {
        seen.push(stores.waiting());
        return [];
      },
    });
    topic.subscribe(flaky('b', 1));
    await topic.publish([1, 2]);
    expect(stores.waiting()).toBe(4);
    await topic.drained();
    expect(seen).toEqual([4]);
    expect(stores.waiting()).toBe(0);
  });

  it('tries a failed batch again with growing waits', async () => {
    const clock = createFakeClock();
    const { topic, lines } = topicOf<number>({ clock });
    const subscriber = flaky('slow', 3);
    topic.subscribe(subscriber);
    await topic.publish([1, 2]);
    await topic.drained();
    expect(subscriber.batches).toEqual(Array.from({ length: 4 }, () => [1, 2]));
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(5_000 + 30_000 + 120_000);
    expect(lines).toEqual([
      { message: 'channel does not accept messages, trying again', channel: 'slow', reason: 'down' },
      { message: 'channel accepts messages again', channel: 'slow', failed_attempts: 6 },
    ]);
  });

  it('tries only the messages again that a subscriber gives back, when it says', async () => {
    const clock = createFakeClock();
    const { topic } = topicOf<number>({ clock });
    const attempts: unknown[] = [];
    const startMs = clock.now();
    topic.subscribe({
      name: 'partial',
      async deliver(batch) {
        attempts.push(batch.map(({ message, attempts, firstAtMs }) => [message, attempts, firstAtMs - startMs]));
        clock.advance(100);
        if (attempts.length > 2) return [];
        return batch.filter(({ message }) => message > 1).map((attempt) => ({ attempt, delayMs: 700 }));
      },
    });
    await topic.publish([1, 2, 3]);
    await topic.drained();
    expect(attempts).toEqual([
      [1, 2, 3].map((n) => [n, 0, 0]),
      [2, 3].map((n) => [n, 1, 0]),
      [2, 3].map((n) => [n, 2, 0]),
    ]);
    expect(clock.slept).toEqual([700, 700]);
    expect(stores.waiting()).toBe(0);
  });

  it('delivers others while one waits for its next try', async () => {
    const { topic } = topicOf<number>({ clock: createStill() });
    const subscriber = flaky('slow', 1);
    topic.subscribe(subscriber);
    await topic.publish([1]);
    await expect.poll(() => subscriber.batches).toEqual([[1]]);
    await topic.publish([2]);
    await expect.poll(() => subscriber.batches).toEqual([[1], [2]]);
    await expect.poll(() => keptFor('slow')).toEqual([1]);
  });

  it('gives up after a day, says whose, and goes on', async () => {
    const clock = createFakeClock();
    const { topic, lines } = topicOf<number>({ clock });
    const broken = flaky('broken', Number.POSITIVE_INFINITY);
    topic.subscribe(broken);
    const startMs = clock.now();
    await topic.publish([1]);
    await topic.drained();
    expect(clock.now() - startMs).toBe(86_400_000);
    expect(broken.batches.length).toBeGreaterThan(10);
    expect(lines.slice(1)).toEqual([{ message: 'messages dropped', channel: 'broken', messages: 1 }]);
    expect(stores.waiting()).toBe(0);
  });

  it('delivers what is due when it stops, and keeps what waits for its next try', async () => {
    const { topic, lines } = topicOf<number>({ clock: createStill() });
    const slow = flaky('slow', 1);
    const sound = flaky('sound', 0);
    topic.subscribe(slow);
    topic.subscribe(sound);
    await topic.publish([1]);
    await topic.stop();
    expect([slow.batches, sound.batches]).toEqual([[[1]], [[1]]]);
    expect(stores.waiting()).toBe(1);
    expect(lines.slice(1)).toEqual([{ message: 'kept for the next start', channel: 'slow', messages: 1 }]);
  });

  it('continues where an earlier process stopped: same messages, same attempts, not before they are due', async () => {
    const clock = createFakeClock();
    const first = topicOf<number>({ clock: { ...clock, sleep: createStill().sleep } });
    first.topic.subscribe(flaky('slow', 1));
    await first.topic.publish([1, 2]);
    await first.topic.stop();
    const { topic, lines } = topicOf<number>({ clock });
    const got: unknown[] = [];
    topic.subscribe({
      name: 'slow',
      async deliver(batch) {
        got.push(...batch, clock.now());
        return [];
      },
    });
    topic.resume();
    await topic.drained();
    const common = { attempts: 1, firstAtMs: clock.now() - 5_000, dueAtMs: clock.now() };
    expect(got).toEqual([{ id: 1, message: 1, ...common }, { id: 2, message: 2, ...common }, clock.now()]);
    expect(lines).toEqual([{ message: 'sending messages that the last run left', channel: 'slow', messages: 2 }]);
    expect(stores.waiting()).toBe(0);
  });

  it('keeps the messages of a channel that is not configured now, and says so', async () => {
    await stores.queues.add([{ topic: 'events', subscriber: 'slack', json: '1', dueAtMs: 0 }]);
    const { topic, lines } = topicOf<number>();
    topic.resume();
    await topic.drained();
    expect(stores.waiting()).toBe(1);
    expect(lines).toEqual([
      { message: 'undelivered messages for a channel that is not configured', channel: 'slack', messages: 1 },
    ]);
  });

  it('sends nothing twice while the disk is full, and notes it when there is room', async () => {
    let isFull = true;
    const record: typeof stores.queues.record = async (ends) => {
      if (isFull) throw new StoreError('the disk is full');
      await stores.queues.record(ends);
    };
    const clock = createFakeClock();
    const sleep: Clock['sleep'] = async (ms) => {
      await clock.sleep(ms);
      if (clock.slept.length === 3) isFull = false;
    };
    const { topic, lines } = topicOf<number>({ clock: { ...clock, sleep }, queues: { ...stores.queues, record } });
    const sound = flaky('sound', 0);
    topic.subscribe(sound);
    await topic.publish([1]);
    await topic.drained();
    expect(sound.batches).toEqual([[1]]);
    expect(clock.slept).toEqual([5_000, 5_000, 5_000]);
    expect(lines).toEqual([
      { message: 'undelivered messages cannot be read or noted', channel: 'sound', reason: 'the disk is full' },
    ]);
    expect(stores.waiting()).toBe(0);
  });

  it('hands back the message that no JSON can be made of, and delivers its neighbours', async () => {
    const { topic } = topicOf<unknown>();
    const all = {
      name: 'all',
      batches: [] as unknown[],
      deliver: async (batch: { message: unknown }[]) => {
        all.batches.push(batch.map(({ message }) => message));
        return [];
      },
    };
    topic.subscribe(all);
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    const refused = await topic.publish([1, deep, 2, 3n]);
    expect(refused.map(({ reason }) => reason)).toEqual([
      'no JSON can be made of it (RangeError)',
      'no JSON can be made of it (TypeError)',
    ]);
    await topic.drained();
    expect(all.batches).toEqual([[1, 2]]);
  });
});
