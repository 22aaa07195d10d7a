import { describe, expect, it } from 'vitest';
import type { Observation } from '../../functions/tasks/observation.ts';
import { faultObservation, pendingTask, processing, START_MS, succeeded } from '../support/fixtures.ts';
import { many, profileOf, startLife } from './poller-life.ts';

/** Old enough for its points to lie minutes apart. */
const registeredAtMs = START_MS - 3_600_000;

/** A poller that is called by hand, without wakes: each run asks once for each of the tasks, if they are old. */
function oneBeat(options: Parameters<typeof startLife>[0]) {
  const life = startLife({ wakesTakeMs: Number.POSITIVE_INFINITY, ...options });
  return {
    ...life,
    async beat(afterMs = 620_000) {
      await life.clock.sleep(afterMs);
      await life.trigger({ shard: life.shard });
    },
  };
}

const only = async (options: Parameters<typeof startLife>[0]) => {
  const life = oneBeat(options);
  await life.beat();
  return life;
};

describe('a sweep', () => {
  it('polls every due task once, over all pages', async () => {
    const { polls } = await only({ tasks: many(10, { registeredAtMs }), pageSize: 3, answer: () => processing });
    expect(Object.values(polls).map((times) => times.length)).toEqual(new Array(10).fill(1));
  });

  it('remembers what Huawei says of a task that goes on, and writes nothing for it', async () => {
    const { pending } = await only({ tasks: many(1, { registeredAtMs }), answer: () => processing });
    expect(await pending.get('task0')).toMatchObject({ status: 'processing', taskType: 'import_api' });
    expect(pending.writes).toEqual([]);
  });

  it('settles what is over, with counts, polls and the end of its retention', async () => {
    const { pending, results, metrics } = await only({
      tasks: many(2, { registeredAtMs }),
      answer: ({ taskId }) => (taskId === 'task0' ? succeeded : processing),
    });
    const end = results.rows.get('task0');
    expect(end).toMatchObject({ outcome: 'succeeded', summary: { created: 1, failed: 0 } });
    expect(end?.polls).toBeGreaterThan(20);
    expect(end?.expiresAtS).toBe(Math.floor(((end?.completedAtMs ?? 0) + 86_400_000) / 1000));
    expect([...pending.rows.keys()]).toEqual(['task1']);
    expect(metrics.sums.DetectionDelaySeconds).toBeGreaterThan(0);
    expect(metrics.sums).not.toHaveProperty('Outcomes_succeeded');
  });

  it('leaves gauges out that say nothing, because each is paid for by the hour', async () => {
    const idle = await only({ answer: () => processing });
    expect(idle.metrics.sums).toEqual({});
    const young = { registeredAtMs: START_MS + 600_000 };
    const few = await only({ tasks: many(2, young), answer: () => processing });
    expect(few.metrics.sums).toEqual({});
    const crowd = await only({ tasks: many(10, young), answer: () => processing });
    expect(crowd.metrics.sums.PendingTasks).toBe(10);
    expect(crowd.metrics.sums.Polls).toBeGreaterThanOrEqual(10);
    const old = await only({ tasks: many(2, { registeredAtMs }), answer: () => processing });
    expect(old.metrics.sums).toEqual({ PendingTasks: 2, OldestPendingAgeSeconds: 4_220 });
  });

  it('records an error on its task once, and clears it with the next answer', async () => {
    let answer: Observation = faultObservation('transient');
    const { pending, beat } = oneBeat({ tasks: many(1, { registeredAtMs }), answer: () => answer });
    await beat();
    await beat();
    answer = processing;
    await beat();
    expect(pending.writes).toEqual(['error task0 TRANSIENT', 'error task0 cleared']);
  });

  it.each(['unauthenticated', 'throttled'] as const)(
    'writes no row for %s: it is not the task that ails',
    async (why) => {
      const { pending } = await only({ tasks: many(3, { registeredAtMs }), answer: () => faultObservation(why) });
      expect(pending.writes).toEqual([]);
    },
  );

  it('polls a task at its deadline, and then at its usual points only', async () => {
    const task = pendingTask({ registeredAtMs: START_MS - 3_600_000, deadlineAtMs: START_MS + 30_000 });
    const { polls, runMinutes } = startLife({ tasks: [task], answer: () => faultObservation('throttled', 1_000) });
    await runMinutes(0, 2);
    const atDeadline = polls[task.taskId]?.filter((second) => second >= 30 && second < 40) ?? [];
    expect(atDeadline[0]).toBeCloseTo(30, 0);
    expect(polls[task.taskId]?.filter((second) => second > 40).length).toBeLessThan(4);
  });

  it('ends a task by the deadline that it has when the answer comes', async () => {
    const tasks = many(1, { registeredAtMs, deadlineAtMs: START_MS + 300_000 });
    const outcomeWith = async (movedByMs: number) => {
      const life = oneBeat({ tasks, answer: () => processing });
      life.pending.asOfNow = (task) => ({ ...task, deadlineAtMs: task.deadlineAtMs + movedByMs });
      await life.beat();
      return life.results.rows.get('task0')?.outcome;
    };
    expect(await outcomeWith(0)).toBe('expired');
    expect(await outcomeWith(600_000)).toBeUndefined();
  });

  it('handles the other tasks when one cannot be stored, then throws so that an alarm can go off', async () => {
    const { pending, failures } = await only({
      tasks: many(4, { registeredAtMs }),
      answer: ({ taskId }) => {
        if (taskId === 'task1') throw new Error('table is gone');
        return succeeded;
      },
    });
    expect(failures.map(String)).toEqual(['AggregateError: 1 tasks or pages not handled: table is gone']);
    expect([...pending.rows.keys()]).toEqual(['task1']);
  });

  it('settles what was polled before a page could not be read, throws, and leaves the rest to the next run', async () => {
    const { pending, failures, cursors, shard, beat } = oneBeat({
      tasks: many(6, { registeredAtMs }),
      pageSize: 3,
      answer: () => succeeded,
    });
    const { scan } = pending;
    pending.scan = async function* (segment) {
      for await (const page of scan(segment)) {
        yield page;
        throw new Error('table is gone');
      }
    };
    await beat();
    expect(String(failures)).toContain('1 tasks or pages not handled: table is gone');
    expect([...pending.rows.keys()]).toEqual(['task3', 'task4', 'task5']);
    expect((await cursors.get(shard))?.coveredUntilMs).toBe(0);
    pending.scan = scan;
    await beat();
    expect(pending.rows.size).toBe(0);
  });

  it('never has more polls of a profile in flight than its concurrency', async () => {
    let inFlight = 0;
    let most = 0;
    const life = oneBeat({
      tasks: many(200, { registeredAtMs }),
      async answer() {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await life.clock.sleep(100);
        inFlight -= 1;
        return processing;
      },
    });
    await life.beat();
    expect(most).toBe(64);
  });

  it('warns of a task once for each error code, and counts every poll of it', async () => {
    const { pending, metrics, lines, beat } = oneBeat({
      tasks: many(1, { registeredAtMs }),
      answer: () => faultObservation('transient'),
    });
    for (let run = 0; run < 3; run += 1) await beat();
    expect(metrics.sums.PollErrors).toBe(3);
    const warnings = () => lines.filter(({ message }) => message === 'poll failed');
    // The logger drops a field that is called `message`, and with it what Huawei said.
    const error = { code: 'TRANSIENT', message: 'it is transient' };
    const line = { task_id: 'task0', profile: 'default', fault: 'transient', error };
    expect(warnings().map(({ fields }) => fields)).toEqual([line]);
    await pending.recordError('task0', { code: 'ANOTHER', message: '' });
    await beat();
    expect(warnings()).toHaveLength(2);
  });

  it('warns once a run of a profile that is slowed down', async () => {
    const { lines, metrics } = await only({
      tasks: many(5, { registeredAtMs }),
      answer: () => faultObservation('throttled', 0),
    });
    expect(lines.filter(({ message }) => message === 'poll failed')).toHaveLength(1);
    expect(metrics.sums.Throttles).toBe(5);
  });

  it('tells at once what ended where nothing more can join the message, and a burst in one', async () => {
    const told: [number, number][] = [];
    const publisher = {
      async publish(batch: readonly unknown[]) {
        if (batch.length > 0) told.push([life.clock.now() - START_MS, batch.length]);
        return { failed: [] };
      },
    };
    const life = startLife({
      tasks: many(20),
      answer: (_, ageMs) => (ageMs >= 3_000 ? succeeded : processing),
      profiles: () => ({ default: profileOf(10) }),
      deps: { publishers: [publisher] },
    });
    await life.runMinutes(0, 1);
    expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(20);
    expect(told.length).toBeLessThanOrEqual(3);
  });
});
