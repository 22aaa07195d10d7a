import QuickLru from 'quick-lru';
import { describe, expect, it } from 'vitest';
import type { Publisher, PublishReport } from '../../functions/messages/publishers.ts';
import { createSettlingRound, RUN_LIFETIME_MS } from '../../functions/polling/settle.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { createMetricSums, createVirtualClock, pendingTask, START_MS, silentLog } from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

function resultOf(taskId: string, completedAtMs = START_MS): TaskResult {
  const { deadlineAtMs: _, ...identity } = pendingTask({ taskId });
  return { ...identity, outcome: 'succeeded', completedAtMs, summary: {}, result: { kind: 'none' }, expiresAtS: 9e9 };
}

function setUp(taskIds: string[]) {
  const clock = createVirtualClock();
  const pending = createMemoryPending(taskIds.map((taskId) => pendingTask({ taskId })));
  const results = createMemoryResults();
  const metrics = createMetricSums();
  const toldBefore = new QuickLru<string, number>({ maxSize: 100 });
  const published: string[] = [];
  const publisher = (fails: (taskId: string) => boolean = () => false): Publisher => ({
    async publish(batch): Promise<PublishReport> {
      const failed = batch.filter(({ taskId }) => fails(taskId));
      published.push(...batch.filter((r) => !failed.includes(r)).map(({ taskId }) => taskId));
      return { failed: failed.map(({ taskId }) => ({ taskId, reason: 'InternalError' })) };
    },
  });
  const round = (publishers: Publisher[], aloneSinceMs?: number) => {
    const stores = { storeResult: results.store, pending, toldBefore };
    return createSettlingRound({ ...stores, publishers, aloneSinceMs, clock, log: silentLog, metrics });
  };
  return { clock, pending, results, metrics, published, publisher, round };
}

describe('settling', () => {
  it('stores, then publishes, then deletes', async () => {
    const { pending, results, published, publisher, round } = setUp(['a', 'b']);
    const settling = round([publisher()]);
    await settling.add(resultOf('a'));
    expect(results.rows.has('a')).toBe(true);
    expect(published).toEqual([]);
    await settling.finish();
    expect(published).toEqual(['a']);
    expect([...pending.rows.keys()]).toEqual(['b']);
  });

  it('tells of the second end of a task that is watched again, although the first one was not wholly settled', async () => {
    const { clock, pending, results, published, publisher, round } = setUp(['a', 'b']);
    const { remove } = pending;
    pending.remove = (taskId) => (taskId === 'b' ? Promise.reject(new Error('throttled')) : remove(taskId));
    const first = round([publisher()]);
    await first.add(resultOf('a'));
    await first.add(resultOf('b'));
    await expect(first.finish()).rejects.toThrow('throttled');
    clock.advance(60_000);
    results.rows.delete('a');
    await pending.register(pendingTask({ taskId: 'a' }));
    const second = round([publisher()]);
    await second.add(resultOf('a', clock.now()));
    await second.finish();
    expect(published).toEqual(['a', 'b', 'a']);
  });

  it('tells within seconds although the sweep goes on', async () => {
    const { clock, published, publisher, round } = setUp(['a', 'b', 'c']);
    const settling = round([publisher()]);
    await settling.add(resultOf('a'));
    await clock.sleep(4_900);
    await settling.add(resultOf('b', clock.now()));
    expect(published).toEqual([]);
    await clock.sleep(200);
    expect(published).toEqual(['a', 'b']);
    await settling.add(resultOf('c', clock.now()));
    expect(published).toEqual(['a', 'b']);
  });

  it('tells sooner in a young process that is alone, so that a crash loop makes progress', async () => {
    const { clock, published, publisher, round } = setUp(['a', 'b', 'c']);
    const settling = round([publisher()], clock.now());
    for (const [taskId, ageMs] of [['a', 500] as const, ['b', 1_100] as const, ['c', 30_000] as const]) {
      await clock.sleep(ageMs - (clock.now() - START_MS));
      await settling.add(resultOf(taskId, clock.now()));
      await clock.sleep(Math.min(5_000, ageMs) - 50);
      expect(published).not.toContain(taskId);
      await clock.sleep(100);
      expect(published).toContain(taskId);
    }
  });

  it('takes no more results than a round has before these are told', async () => {
    const ids = Array.from({ length: 500 }, (_, i) => `t${i}`);
    const { published, publisher, round } = setUp(ids);
    const gone = Promise.withResolvers<void>();
    const slow: Publisher = {
      async publish(batch) {
        await gone.promise;
        return publisher().publish(batch);
      },
    };
    const settling = round([slow]);
    for (const id of ids.slice(1)) await settling.add(resultOf(id));
    let isAdded = false;
    const last = settling.add(resultOf('t0')).then(() => {
      isAdded = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAdded).toBe(false);
    gone.resolve();
    await last;
    expect(published).toHaveLength(500);
  });

  it('throws at the end what could not be told meanwhile', async () => {
    const { clock, round } = setUp(['a']);
    const settling = round([{ publish: () => Promise.reject(new Error('topic gone')) }]);
    await settling.add(resultOf('a'));
    await clock.sleep(6_000);
    await expect(settling.finish()).rejects.toThrow('topic gone');
    await settling.finish();
  });

  it('does not tell those again who have it, while others refuse it', async () => {
    const { clock, pending, published, publisher, round } = setUp(['a']);
    const people: string[] = [];
    let refuses = true;
    const alerts: Publisher = {
      async publish(batch) {
        if (refuses) return { failed: batch.map(({ taskId }) => ({ taskId, reason: 'NotFound' })) };
        people.push(...batch.map(({ taskId }) => taskId));
        return { failed: [] };
      },
    };
    const attempt = async () => {
      const settling = round([publisher(), alerts]);
      await settling.add(resultOf('a', clock.now()));
      await settling.finish();
      clock.advance(RUN_LIFETIME_MS);
    };
    await attempt();
    await attempt();
    expect([...pending.rows.keys()]).toEqual(['a']);
    refuses = false;
    await attempt();
    expect(published).toEqual(['a']);
    expect(people).toEqual(['a']);
    expect(pending.rows.size).toBe(0);
  });

  it('keeps the pending row of an entry that could not be published, and does not tell people of it yet', async () => {
    const { pending, metrics, publisher, published, round } = setUp(['a', 'b']);
    const people: string[] = [];
    const alerts: Publisher = {
      publish: async (batch) => {
        people.push(...batch.map(({ taskId }) => taskId));
        return { failed: [] };
      },
    };
    const settling = round([publisher((taskId) => taskId === 'a'), alerts]);
    await settling.add(resultOf('a'));
    await settling.add(resultOf('b'));
    await settling.finish();
    expect(published).toEqual(['b']);
    expect(people).toEqual(['b']);
    expect([...pending.rows.keys()]).toEqual(['a']);
    expect(metrics.sums).toMatchObject({ NotificationFailures: 1 });
  });

  it('leaves a result that another run stored a moment ago to that run', async () => {
    const { clock, pending, results, published, publisher, round } = setUp(['a']);
    results.rows.set('a', resultOf('a', START_MS));
    clock.advance(RUN_LIFETIME_MS - 1);
    const settling = round([publisher()]);
    expect(await settling.add(resultOf('a', clock.now()))).toBe(false);
    await settling.finish();
    expect(published).toEqual([]);
    expect(pending.rows.has('a')).toBe(true);
  });

  it('takes over from a run that died, publishing what it had stored', async () => {
    const { clock, pending, results, published, publisher, round } = setUp(['a']);
    results.rows.set('a', { ...resultOf('a', START_MS), outcome: 'failed' });
    clock.advance(RUN_LIFETIME_MS);
    const settling = round([publisher()]);
    expect(await settling.add(resultOf('a', clock.now()))).toBe(true);
    await settling.finish();
    expect(published).toEqual(['a']);
    expect(results.rows.get('a')?.outcome).toBe('failed');
    expect(pending.rows.size).toBe(0);
  });

  it('takes over at once where nobody else runs, but nothing that it stored itself', async () => {
    const { clock, results, published, publisher, round } = setUp(['a', 'b']);
    clock.advance(1_000);
    results.rows.set('a', resultOf('a', clock.now() - 1));
    results.rows.set('b', resultOf('b', clock.now()));
    const settling = round([publisher()], clock.now());
    clock.advance(1_000);
    expect(await settling.add(resultOf('a', clock.now()))).toBe(true);
    expect(await settling.add(resultOf('b', clock.now()))).toBe(false);
    await settling.finish();
    expect(published).toEqual(['a']);
  });

  it('goes on with its own result when only the answer of the put was lost', async () => {
    const { results, published, publisher, round } = setUp(['a']);
    const ours = resultOf('a', START_MS);
    results.rows.set('a', ours);
    const settling = round([publisher()]);
    expect(await settling.add(ours)).toBe(true);
    await settling.finish();
    expect(published).toEqual(['a']);
  });

  it('publishes the others when one cannot be rendered', async () => {
    const { pending, published, metrics, publisher, round } = setUp(['a', 'b', 'c']);
    const sound = publisher();
    const fragile: Publisher = {
      async publish(batch) {
        if (batch.some(({ taskId }) => taskId === 'b')) throw new RangeError('Maximum call stack size exceeded');
        return sound.publish(batch);
      },
    };
    const settling = round([fragile]);
    for (const taskId of ['a', 'b', 'c']) await settling.add(resultOf(taskId));
    await settling.finish();
    expect(published).toEqual(['a', 'c']);
    expect([...pending.rows.keys()]).toEqual(['b']);
    expect(metrics.sums).toMatchObject({ NotificationFailures: 1 });
  });

  it('deletes nothing when nothing can be published at all, and says so', async () => {
    const { pending, round } = setUp(['a']);
    const down: Publisher = { publish: () => Promise.reject(new Error('topic gone')) };
    const settling = round([down]);
    await settling.add(resultOf('a'));
    await expect(settling.finish()).rejects.toThrow('topic gone');
    expect(pending.rows.has('a')).toBe(true);
  });
});
