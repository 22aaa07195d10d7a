import { describe, expect, it } from 'vitest';
import { createPoller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import type { PendingTask, TaskIdentity } from '../../functions/tasks/task.ts';
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

const MINUTE_MS = 60_000;
const PROFILE = { region: 'r', project_id: 'p', ak: 'a', sk: 's' };

/** A poller over these tasks, called once a minute; `polls` has the seconds of each task's polls. */
function setUp(
  tasks: PendingTask[],
  answer: (task: TaskIdentity, ageMs: number) => Observation | Promise<Observation>,
) {
  const clock = createVirtualClock();
  const pending = createMemoryPending(tasks, 5_000);
  const results = createMemoryResults();
  const polls: Record<string, number[]> = {};
  const fast = { ...PROFILE, requests_per_second: 100_000 };
  const poll = createPoller({
    pending,
    query: {
      async poll(task) {
        const ageMs = clock.now() - START_MS;
        polls[task.taskId] = [...(polls[task.taskId] ?? []), ageMs / 1_000];
        return answer(task, ageMs);
      },
    },
    storeResult: results.store,
    publishers: [],
    operatorAlerts: { raise: async () => true },
    profiles: async () => ({ default: fast, slow: fast, limited: { ...PROFILE, requests_per_second: 10 } }),
    schedule: async () => createTaskSchedule(DEFAULT_SCHEDULE),
    clock,
    metrics: createMetricSums(),
    log: silentLog,
    settings: { windowMs: MINUTE_MS, minSweepGapMs: 1_000, concurrency: 64, retentionMs: 86_400_000 },
  });
  const runMinutes = async (from: number, to: number) => {
    for (let minute = from; minute < to; minute += 1) {
      const startMs = START_MS + minute * MINUTE_MS;
      await clock.sleep(startMs - clock.now());
      await poll({ segment: { segment: 0, totalSegments: 1 }, startMs, stopAtMs: startMs + MINUTE_MS });
    }
  };
  return { clock, pending, results, polls, runMinutes };
}

const many = (count: number, task: Partial<PendingTask>) =>
  Array.from({ length: count }, (_, i) => pendingTask({ ...task, taskId: `${task.profile ?? task.projectId}${i}` }));

describe('a task is polled in time', () => {
  it.each(['forbidden', 'unauthenticated'] as const)(
    'although tasks with a mistyped project on the same gateway are %s',
    async (why) => {
      const refused = faultObservation(why);
      const wrong: Observation =
        why === 'unauthenticated' && refused.kind === 'fault'
          ? { kind: 'fault', fault: { ...refused.fault, isOfProject: true } }
          : refused;
      const tasks = [...many(30, { projectId: 'typo' }), pendingTask({ taskId: 'good' })];
      const { results, runMinutes } = setUp(tasks, (task, ageMs) => {
        if (task.projectId === 'typo') return wrong;
        return ageMs >= 30_000 ? succeeded : processing;
      });
      await runMinutes(0, 2);
      expect(results.rows.get('good')).toMatchObject({ outcome: 'succeeded' });
      expect((results.rows.get('good')?.completedAtMs ?? Number.NaN) - START_MS).toBeLessThan(45_000);
    },
  );

  it('although a thousand tasks of another profile wait for an upstream that hangs', async () => {
    const tasks = [...many(1_000, { profile: 'slow' }), pendingTask({ taskId: 'quick' })];
    const { clock, polls, runMinutes } = setUp(tasks, async (task) => {
      if (task.profile !== 'slow') return processing;
      await clock.sleep(15_000);
      return processing;
    });
    await runMinutes(0, 1);
    expect(polls.quick?.[0]).toBe(0);
    expect(polls.quick?.[1]).toBeLessThan(25);
  });

  it('although three thousand of another profile wait for their turns at ten a second', async () => {
    const tasks = [...many(3_000, { profile: 'limited' }), pendingTask({ taskId: 'quick' })];
    const { polls, runMinutes } = setUp(tasks, () => processing);
    await runMinutes(0, 1);
    expect(polls.quick?.[0]).toBe(0);
    // None of the upstream's turns is wasted meanwhile.
    const limited = Object.entries(polls).filter(([taskId]) => taskId.startsWith('limited'));
    expect(limited.reduce((sum, [, times]) => sum + times.length, 0)).toBeGreaterThan(500);
  });

  it('at its further points too where each of its polls takes longer than a sweep waits', async () => {
    const { clock, polls, runMinutes } = setUp([pendingTask({ taskId: 'a' })], async () => {
      await clock.sleep(11_000);
      return processing;
    });
    await runMinutes(0, 1);
    expect(polls.a?.length).toBeGreaterThanOrEqual(4);
  });

  it('as soon as a minute begins where it was registered while nothing was pending', async () => {
    const { pending, polls, clock, runMinutes } = setUp([], () => processing);
    await runMinutes(0, 1);
    await clock.sleep(20_500);
    await pending.register(pendingTask({ taskId: 'a', registeredAtMs: clock.now() }));
    await runMinutes(1, 2);
    expect(polls.a?.[0]).toBe(60);
  });
});
