import { describe, expect, it } from 'vitest';
import { createByteBudget } from '../../functions/huawei/byte-budget.ts';
import type { Observed } from '../../functions/polling/observe-task.ts';
import { createSettlingRound } from '../../functions/polling/settle.ts';
import { createPlaces, createSweeper, type SweepSpan } from '../../functions/polling/sweep.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { createBoundedMap } from '../../functions/tasks/bounded-map.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';
import {
  createMetricSums,
  createVirtualClock,
  faultObservation,
  pendingTask,
  processing,
  START_MS,
  silentLog,
  succeeded,
} from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

type Answer = (task: PendingTask) => Observation | 'no_turn' | Promise<Observation>;

function setUp(tasks: PendingTask[], answer: Answer, concurrency = 4) {
  const warnings: [string, unknown][] = [];
  const log = { ...silentLog, warn: (...line: [string, unknown?]) => void warnings.push([line[0], line[1]]) };
  const clock = createVirtualClock();
  const pending = createMemoryPending(tasks);
  const results = createMemoryResults();
  const metrics = createMetricSums();
  const polled: string[] = [];
  const settle = { storeResult: results.store, pending, publishers: [], toldBefore: createBoundedMap<number>(100) };
  const observe = async (task: PendingTask): Promise<Observed> => {
    const said = await answer(task);
    if (said === 'no_turn') return { kind: 'no_turn' };
    polled.push(task.taskId);
    return { kind: 'observed', observation: said, requests: 1 };
  };
  const sweeper = createSweeper({
    pending,
    observe,
    startRound: () => createSettlingRound({ ...settle, clock, log: silentLog, metrics }),
    schedule: createTaskSchedule(DEFAULT_SCHEDULE),
    clock,
    metrics,
    log,
    places: createPlaces(concurrency),
    budget: createByteBudget(1_000),
    retentionMs: 86_400_000,
    random: () => 0.5,
  });
  const sweep = (span: Partial<SweepSpan> = {}) =>
    sweeper.sweep({
      segment: { segment: 0, totalSegments: 1 },
      afterMs: START_MS - 1,
      nowMs: START_MS,
      untilMs: START_MS + 60_000,
      shareOf: () => 1,
      ...span,
    });
  return { clock, pending, results, metrics, polled, warnings, sweep, finish: sweeper.finish };
}

const tasks = (count: number) => Array.from({ length: count }, (_, i) => pendingTask({ taskId: `t${i}` }));

describe('a sweep', () => {
  it('polls every due task once, over all pages', async () => {
    const { polled, sweep } = setUp(tasks(10), () => processing);
    expect(await sweep()).toMatchObject({ pending: 10, due: 10, polled: 10, missed: 0 });
    expect(new Set(polled).size).toBe(10);
  });

  it('remembers what Huawei says of a task that goes on', async () => {
    const { pending, sweep } = setUp(tasks(1), () => processing);
    await sweep();
    expect(await pending.get('t0')).toMatchObject({ status: 'processing', taskType: 'import_api' });
  });

  it('does not poll a task again before its next point, and says when that is', async () => {
    const { polled, sweep } = setUp(tasks(1), () => processing);
    const report = await sweep({ afterMs: START_MS, nowMs: START_MS + 1 });
    expect(polled).toEqual([]);
    expect(report.nextDueMs).toBeGreaterThan(START_MS + 1);
    expect(report.nextDueMs).toBeLessThanOrEqual(START_MS + DEFAULT_SCHEDULE.minIntervalMs);
  });

  it('writes nothing for tasks that go on', async () => {
    const { pending, sweep } = setUp(tasks(5), () => processing);
    await sweep();
    expect(pending.writes).toEqual([]);
    expect(pending.rows.get('t0')?.status).toBe('processing');
  });

  it('settles what is over, with counts, polls and the end of its retention', async () => {
    const { pending, results, metrics, sweep } = setUp(tasks(2), (task) =>
      task.taskId === 't0' ? succeeded : processing,
    );
    await sweep();
    expect(results.rows.get('t0')).toMatchObject({
      outcome: 'succeeded',
      polls: 1,
      summary: { created: 1, failed: 0 },
      expiresAtS: (START_MS + 86_400_000) / 1000,
    });
    expect([...pending.rows.keys()]).toEqual(['t1']);
    expect(metrics.sums).toMatchObject({ Outcomes_succeeded: 1 });
  });

  it('records an error on its task once, and clears it with the next answer', async () => {
    let answer: Observation = faultObservation('transient');
    const { pending, sweep } = setUp(tasks(1), () => answer);
    await sweep();
    await sweep();
    answer = processing;
    await sweep();
    expect(pending.writes).toEqual(['error t0 TRANSIENT', 'error t0 cleared']);
  });

  it.each(['unauthenticated', 'throttled'] as const)(
    'writes no row for %s: it is not the task that ails',
    async (why) => {
      const { pending, sweep } = setUp(tasks(3), () => faultObservation(why));
      await sweep();
      expect(pending.writes).toEqual([]);
    },
  );

  it('counts a due task without a turn as missed and leaves it as it was', async () => {
    const { pending, sweep } = setUp(tasks(3), () => 'no_turn');
    expect(await sweep()).toMatchObject({ due: 3, polled: 0, missed: 3 });
    expect(pending.rows.size).toBe(3);
  });

  it('polls only a share when the upstream allows no more', async () => {
    const { sweep } = setUp(tasks(3), () => processing);
    expect(await sweep({ shareOf: () => 0.4 })).toMatchObject({ due: 3, polled: 0, missed: 3 });
    expect(await sweep({ shareOf: () => 0.6 })).toMatchObject({ due: 3, polled: 3 });
  });

  it('says when the tasks that were left out are due again', async () => {
    const { sweep } = setUp(tasks(3), () => processing);
    const { nextDueMs } = await sweep({ shareOf: () => 0 });
    expect(nextDueMs).toBeLessThanOrEqual(START_MS + DEFAULT_SCHEDULE.minIntervalMs);
  });

  it('counts turns by profile', async () => {
    const busy = pendingTask({ taskId: 'busy', profile: 'busy' });
    const { sweep } = setUp([...tasks(2), busy], (task) => (task.profile === 'busy' ? 'no_turn' : processing));
    const { turns } = await sweep();
    expect(turns.get('default')).toEqual({ due: 2, polled: 2, withoutTurn: 0 });
    expect(turns.get('busy')).toEqual({ due: 1, polled: 0, withoutTurn: 1 });
  });

  it('settles what was polled before a page could not be read, and throws', async () => {
    const { pending, sweep, finish } = setUp(tasks(6), () => succeeded);
    const { scan } = pending;
    pending.scan = async function* (segment) {
      for await (const page of scan(segment)) {
        yield page;
        throw new Error('table is gone');
      }
    };
    expect(await sweep()).toMatchObject({ isWhole: false });
    await expect(finish()).rejects.toThrow('1 tasks or pages not handled: table is gone');
    expect([...pending.rows.keys()]).toEqual(['t3', 't4', 't5']);
  });

  it('never has more polls in flight than its concurrency', async () => {
    let inFlight = 0;
    let most = 0;
    const { sweep } = setUp(tasks(40), async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return processing;
    });
    await sweep();
    expect(most).toBe(4);
  });

  it('goes on without the tasks of a profile that answers nothing, and tells at once what others came to', async () => {
    const answered = Promise.withResolvers<Observation>();
    const slow = Array.from({ length: 30 }, (_, i) => pendingTask({ taskId: `slow${i}`, profile: 'slow' }));
    const { clock, pending, polled, sweep, finish } = setUp([...slow, ...tasks(9)], (task) => {
      if (task.profile === 'slow') return answered.promise;
      return task.taskId === 't0' ? succeeded : processing;
    });
    const first = await sweep();
    expect(clock.now() - START_MS).toBe(10_000);
    expect(first).toMatchObject({ due: 39, polled: 9 });
    expect(pending.rows.has('t0')).toBe(false);
    const second = await sweep({ afterMs: START_MS, nowMs: clock.now() });
    expect(second).toMatchObject({ due: 34, polled: 8 });
    expect(polled.every((taskId) => taskId.startsWith('t'))).toBe(true);
    answered.resolve(succeeded);
    await finish();
    expect([...pending.rows.keys()].filter((taskId) => taskId.startsWith('slow'))).toHaveLength(26);
  });

  it('reads on past a profile with more due tasks than places, and polls another one at once', async () => {
    const answered = Promise.withResolvers<Observation>();
    const many = Array.from({ length: 2_000 }, (_, i) => pendingTask({ taskId: `slow${i}`, profile: 'slow' }));
    const { clock, polled, sweep, finish } = setUp([...many, ...tasks(1)], (task) =>
      task.profile === 'slow' ? answered.promise : processing,
    );
    let polledAtMs = Number.NaN;
    const { push } = polled;
    polled.push = (...ids) => {
      polledAtMs = clock.now() - START_MS;
      return push.apply(polled, ids);
    };
    const report = await sweep();
    // One wait for the places of the slow profile, and one for its last polls.
    expect(polledAtMs).toBe(10_000);
    expect(clock.now() - START_MS).toBe(20_000);
    expect(report.turns.get('slow')).toEqual({ due: 2_000, polled: 0, withoutTurn: 1_996 });
    answered.resolve(processing);
    await finish();
  });

  it('gives up for now what has waited long for a place, so that it cannot pile up', async () => {
    const answered = Promise.withResolvers<Observation>();
    const { sweep, finish } = setUp(tasks(9), () => answered.promise);
    const report = await sweep();
    expect(report).toMatchObject({ due: 9, polled: 0, missed: 5 });
    expect(report.nextDueMs).toBeLessThanOrEqual(START_MS + DEFAULT_SCHEDULE.minIntervalMs);
    answered.resolve(processing);
    await finish();
    expect(report.turns.get('default')).toEqual({ due: 9, polled: 4, withoutTurn: 5 });
  });

  it('says when a task is due again whose poll is still under way', async () => {
    const answered = Promise.withResolvers<Observation>();
    const { sweep, finish } = setUp(tasks(1), () => answered.promise);
    const { nextDueMs } = await sweep();
    expect(nextDueMs).toBeLessThanOrEqual(START_MS + DEFAULT_SCHEDULE.minIntervalMs);
    answered.resolve(processing);
    await finish();
  });

  it('polls a task at its deadline, and then at its usual points only', async () => {
    const task = pendingTask({ deadlineAtMs: START_MS + 100 });
    const { polled, sweep } = setUp([task], () => faultObservation('throttled'));
    const { nextDueMs } = await sweep({ afterMs: START_MS, nowMs: START_MS + 99 });
    expect(nextDueMs).toBe(START_MS + 100);
    await sweep({ afterMs: START_MS + 99, nowMs: START_MS + 101 });
    expect(polled).toHaveLength(1);
    await sweep({ afterMs: START_MS + 101, nowMs: START_MS + 1_000 });
    expect(polled).toHaveLength(1);
  });

  it('handles the other tasks when one cannot be stored, then throws so that an alarm can fire', async () => {
    const { pending, results, sweep, finish } = setUp(tasks(4), () => succeeded);
    const store = results.store;
    results.rows.set = function (key, value) {
      if (key === 't1') throw new Error('table is gone');
      return Map.prototype.set.call(this, key, value);
    };
    expect(store).toBeDefined();
    const { nextDueMs } = await sweep();
    expect(nextDueMs).toBeLessThanOrEqual(START_MS + DEFAULT_SCHEDULE.minIntervalMs);
    await expect(finish()).rejects.toThrow('1 tasks or pages not handled: table is gone');
    expect([...pending.rows.keys()]).toEqual(['t1']);
  });

  it('starts no further poll once it is asked to stop', async () => {
    const stop = new AbortController();
    const { polled, sweep } = setUp(
      tasks(9),
      () => {
        stop.abort();
        return processing;
      },
      1,
    );
    await sweep({ signal: stop.signal });
    expect(polled.length).toBeLessThan(3);
  });

  it('warns of a task once for each error code, and counts every poll of it', async () => {
    const { pending, metrics, warnings, sweep } = setUp(tasks(1), () => faultObservation('not_found'));
    for (const nowMs of [START_MS, START_MS + 60_000, START_MS + 120_000]) await sweep({ nowMs });
    expect(metrics.sums.PollErrors).toBe(3);
    // The logger drops a field that is called `message`, and with it what Huawei said.
    const error = { code: 'NOT_FOUND', message: 'it is not_found' };
    const line = ['poll failed', { task_id: 't0', profile: 'default', fault: 'not_found', error }];
    expect(warnings).toEqual([line]);
    await pending.recordError('t0', { code: 'ANOTHER', message: '' });
    await sweep({ nowMs: START_MS + 180_000 });
    expect(warnings).toEqual([line, line]);
  });

  it('warns once a sweep of a profile that is slowed down, and counts every poll of it', async () => {
    const { metrics, warnings, sweep } = setUp(tasks(5), () => faultObservation('throttled'));
    await sweep();
    expect([warnings.length, metrics.sums.Throttles]).toEqual([1, 5]);
    await sweep();
    expect(warnings.length).toBe(2);
  });
});
