import { describe, expect, it } from 'vitest';
import { burst, failedImport, goodExport } from '../../bin/sample-results.ts';
import type { TaskResult } from '../../functions/core/outcome.ts';
import type { Clock, Log } from '../../functions/core/ports.ts';
import {
  alertSubscriber,
  createLocalAlertPublisher,
  createLocalEventPublisher,
  createTopic,
  type LocalEvent,
} from '../../local/topics.ts';

function topicOf<T>() {
  const waits: number[] = [];
  const errors: unknown[] = [];
  const clock: Clock = { now: () => 0, sleep: async (ms) => void waits.push(ms) };
  const log: Log = { info: () => {}, warn: () => {}, error: (_message, fields) => errors.push(fields) };
  return { topic: createTopic<T>({ clock, log }), waits, errors };
}

/** A subscriber that fails its first `failures` deliveries. */
function flaky(name: string, failures: number) {
  const batches: number[][] = [];
  const deliver = async (batch: number[]) => {
    batches.push(batch);
    if (batches.length <= failures) throw new Error('down');
    return [];
  };
  return { name, batches, deliver };
}

describe('createTopic', () => {
  it('hands each message to every subscriber that wants it', async () => {
    const { topic } = topicOf<number>();
    const all = flaky('all', 0);
    const even = { ...flaky('even', 0), wants: (n: number) => n % 2 === 0 };
    topic.subscribe(all);
    topic.subscribe(even);
    topic.publish([1, 2, 3]);
    topic.publish([5]);
    await topic.drained();
    expect(all.batches).toEqual([[1, 2, 3], [5]]);
    expect(even.batches).toEqual([[2]]);
  });

  it('keeps batches as small as a subscriber asks', async () => {
    const { topic } = topicOf<number>();
    const small = { ...flaky('small', 0), maxBatch: 2 };
    topic.subscribe(small);
    topic.publish([1, 2, 3, 4, 5]);
    await topic.drained();
    expect(small.batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('tries a failed batch again with growing waits, in order', async () => {
    const { topic, waits, errors } = topicOf<number>();
    const subscriber = flaky('slow', 2);
    topic.subscribe(subscriber);
    topic.publish([1]);
    topic.publish([2]);
    await topic.drained();
    expect(subscriber.batches).toEqual([[1], [1], [1], [2]]);
    expect(waits).toEqual([1_000, 5_000]);
    expect(errors).toEqual([]);
  });

  it('tries only the messages again that a subscriber gives back', async () => {
    const { topic } = topicOf<number>();
    const batches: number[][] = [];
    topic.subscribe({
      name: 'partial',
      deliver: async (batch) => {
        batches.push(batch);
        return batches.length === 1 ? batch.filter((n) => n > 1) : [];
      },
    });
    topic.publish([1, 2, 3]);
    await topic.drained();
    expect(batches).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });

  it('gives up after five deliveries, says whose, and goes on', async () => {
    const { topic, errors } = topicOf<number>();
    const broken = flaky('broken', 5);
    const sound = flaky('sound', 0);
    topic.subscribe(broken);
    topic.subscribe(sound);
    topic.publish([1]);
    topic.publish([2]);
    await topic.drained();
    expect(errors).toEqual([{ subscriber: 'broken', messages: 1 }]);
    expect(broken.batches).toEqual([[1], [1], [1], [1], [1], [2]]);
    expect(sound.batches).toEqual([[1], [2]]);
  });

  it('cuts waits short when it stops', async () => {
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve) => (signal?.aborted ? resolve() : signal?.addEventListener('abort', () => resolve()))),
    };
    const topic = createTopic<number>({ clock, log: { info: () => {}, warn: () => {}, error: () => {} } });
    const subscriber = flaky('slow', 1);
    topic.subscribe(subscriber);
    topic.publish([1]);
    await topic.stop();
    expect(subscriber.batches).toEqual([[1], [1]]);
  });
});

describe('the local publishers', () => {
  it('carry an event with its attributes', async () => {
    const { topic } = topicOf<LocalEvent>();
    const got: LocalEvent[] = [];
    topic.subscribe({
      name: 'slack',
      wants: ({ attributes }) => attributes.outcome === 'failed',
      deliver: async (batch) => {
        got.push(...batch);
        return [];
      },
    });
    const publisher = createLocalEventPublisher(topic, { publicUrl: 'http://127.0.0.1:3000' });
    expect(await publisher.publish([failedImport, goodExport])).toEqual({ failed: [] });
    await topic.drained();
    expect(got).toHaveLength(1);
    expect(got[0]?.event.data.result_url).toBe(`http://127.0.0.1:3000/tasks/${failedImport.taskId}`);
    expect(got[0]?.attributes.label).toBe('production');
  });

  it('keep a round of alerts together and try again what was not sent', async () => {
    const { topic } = topicOf<TaskResult>();
    const rounds: string[][] = [];
    const publisher = {
      publish: async (results: TaskResult[]) => {
        rounds.push(results.map(({ taskId }) => taskId));
        return { failed: rounds.length === 1 ? [{ taskId: failedImport.taskId, reason: 'x' }] : [] };
      },
    };
    topic.subscribe(alertSubscriber('e-mail', publisher));
    await createLocalAlertPublisher(topic).publish(burst);
    await topic.drained();
    expect(rounds).toEqual([burst.map(({ taskId }) => taskId), [failedImport.taskId]]);
  });
});
