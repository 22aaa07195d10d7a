import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock, Log } from '../../functions/tasks/ports.ts';
import type { OutboxEntry, Subscriber } from '../../local/outbox.ts';
import { createTopic } from '../../local/topics.ts';
import { createFakeClock, silentLog } from '../support/fixtures.ts';
import { createMemoryOutbox } from './memory-outbox.ts';

function topicOf<T>({ clock = createFakeClock() as Clock, kept = new Map<string, OutboxEntry<T>>() } = {}) {
  const lines: unknown[] = [];
  const note = (message: string, fields?: Record<string, unknown>) => void lines.push({ message, ...fields });
  const log: Log = { info: () => {}, warn: note, error: note };
  return { topic: createTopic<T>({ clock, log, outbox: createMemoryOutbox(kept) }), kept, lines };
}

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
    const { topic, kept } = topicOf<number>();
    const seen: number[] = [];
    topic.subscribe({
      name: 'a',
      async deliver() {
        seen.push(kept.size);
        return [];
      },
    });
    topic.subscribe(flaky('b', 1));
    await topic.publish([1, 2]);
    expect(kept.size).toBe(2);
    await topic.drained();
    expect(seen).toEqual([2]);
    expect(kept.size).toBe(0);
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
    expect(lines).toEqual([]);
  });

  it('tries only the messages again that a subscriber gives back, when it says', async () => {
    const clock = createFakeClock();
    const { topic, kept } = topicOf<number>({ clock });
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
    expect(kept.size).toBe(0);
  });

  it('delivers others while one waits for its next try', async () => {
    const { topic, kept } = topicOf<number>({ clock: createStill() });
    const subscriber = flaky('slow', 1);
    topic.subscribe(subscriber);
    await topic.publish([1]);
    await expect.poll(() => subscriber.batches).toEqual([[1]]);
    await topic.publish([2]);
    await expect.poll(() => subscriber.batches).toEqual([[1], [2]]);
    expect([...kept.values()].map(({ waiting }) => waiting.map(({ message }) => message))).toEqual([[1]]);
  });

  it('gives up after a day, says whose, and goes on', async () => {
    const clock = createFakeClock();
    const { topic, kept, lines } = topicOf<number>({ clock });
    const broken = flaky('broken', Number.POSITIVE_INFINITY);
    topic.subscribe(broken);
    const startMs = clock.now();
    await topic.publish([1]);
    await topic.drained();
    expect(clock.now() - startMs).toBe(86_400_000);
    expect(broken.batches.length).toBeGreaterThan(10);
    expect(lines).toEqual([{ message: 'messages dropped', channel: 'broken', messages: 1 }]);
    expect(kept.size).toBe(0);
  });

  it('delivers what is due when it stops, and keeps what waits for its next try', async () => {
    const { topic, kept, lines } = topicOf<number>({ clock: createStill() });
    const slow = flaky('slow', 1);
    const sound = flaky('sound', 0);
    topic.subscribe(slow);
    topic.subscribe(sound);
    await topic.publish([1]);
    await topic.stop();
    expect([slow.batches, sound.batches]).toEqual([[[1]], [[1]]]);
    expect(kept.size).toBe(1);
    expect(lines).toEqual([{ message: 'kept for the next start', channel: 'slow', messages: 1 }]);
  });

  it('goes on where an earlier process stopped: same messages, same attempts, not before they are due', async () => {
    const clock = createFakeClock();
    const kept = new Map<string, OutboxEntry<number>>();
    const first = topicOf<number>({ clock: { ...clock, sleep: createStill().sleep }, kept });
    first.topic.subscribe(flaky('slow', 1));
    await first.topic.publish([1, 2]);
    await first.topic.stop();
    const { topic, lines } = topicOf<number>({ clock, kept });
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
    expect(got).toEqual([{ message: 1, ...common }, { message: 2, ...common }, clock.now()]);
    expect(lines).toEqual([{ message: 'sending messages that the last run left', channel: 'slow', messages: 2 }]);
    expect(kept.size).toBe(0);
  });

  it('keeps what is for a channel that is not set now, and says so', async () => {
    const kept = new Map([['1', { subscriber: 'slack', waiting: [{ message: 1, attempts: 0, dueAtMs: 0 }] }]]);
    const { topic, lines } = topicOf<number>({ kept });
    topic.resume();
    await topic.drained();
    expect(kept.size).toBe(1);
    expect(lines).toEqual([
      { message: 'undelivered messages for a channel that is not configured', channel: 'slack', messages: 1 },
    ]);
  });

  it('survives an outbox that cannot be written any more', async () => {
    const outbox = createMemoryOutbox<number>();
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const remove = () => Promise.reject(new Error('disk full'));
    const topic = createTopic<number>({ clock: createFakeClock(), log, outbox: { ...outbox, remove } });
    const sound = flaky('sound', 0);
    topic.subscribe(sound);
    await topic.publish([1]);
    await topic.drained();
    await turn();
    expect(sound.batches).toEqual([[1]]);
    expect(errors).toEqual(['delivered messages may be sent again after a restart']);
  });
});
