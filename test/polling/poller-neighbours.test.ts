import { describe, expect, it } from 'vitest';
import type { Observation } from '../../functions/tasks/observation.ts';
import { fault, faultObservation, pendingTask, processing, START_MS, succeeded } from '../support/fixtures.ts';
import { many, profileOf, startLife } from './poller-life.ts';

const fast = profileOf(100_000);

describe('a task is polled in time', () => {
  it.each([
    ['forbidden', faultObservation('forbidden')],
    ['unauthenticated', { kind: 'fault', fault: { ...fault('unauthenticated'), isOfProject: true } }],
  ] as [string, Observation][])(
    'although tasks with a mistyped project on the same gateway are %s',
    async (_, wrong) => {
      const tasks = [...many(30, { projectId: 'typo' }), pendingTask({ taskId: 'good' })];
      const { results, runMinutes } = startLife({
        tasks,
        answer(task, ageMs) {
          if (task.projectId === 'typo') return wrong;
          return ageMs >= 30_000 ? succeeded : processing;
        },
      });
      await runMinutes(0, 2);
      expect(results.rows.get('good')).toMatchObject({ outcome: 'succeeded' });
      expect((results.rows.get('good')?.completedAtMs ?? Number.NaN) - START_MS).toBeLessThan(35_000);
    },
  );

  it('although a thousand tasks of another profile wait for an upstream that hangs', async () => {
    const tasks = [...many(1_000, { profile: 'slow' }), pendingTask({ taskId: 'quick' })];
    const { clock, polls, runMinutes } = startLife({
      tasks,
      profiles: () => ({ default: fast, slow: fast }),
      async answer(task) {
        if (task.profile === 'slow') await clock.sleep(15_000);
        return processing;
      },
    });
    await runMinutes(0, 1);
    expect(polls.quick?.[0]).toBeLessThan(2.1);
    expect(polls.quick?.filter((second) => second < 20).length).toBeGreaterThanOrEqual(8);
  });

  it('although three thousand of another profile wait for their turns at ten a second', async () => {
    const tasks = [...many(3_000, { profile: 'limited' }), pendingTask({ taskId: 'quick' })];
    const { polls, runMinutes } = startLife({
      tasks,
      profiles: () => ({ default: fast, limited: profileOf(10) }),
      answer: () => processing,
    });
    await runMinutes(0, 1);
    // So many rows are read every one and a half seconds.
    expect(polls.quick?.[0]).toBeLessThan(2.6);
    // None of the upstream's turns is wasted meanwhile.
    const limited = Object.entries(polls).filter(([taskId]) => taskId.startsWith('limited'));
    const before = limited.flatMap(([, times]) => times).filter((second) => second < 55);
    expect(before.length).toBeGreaterThan(0.95 * 8 * 54);
  });

  it('at further points too where each of its polls takes long', async () => {
    const { clock, polls, runMinutes } = startLife({
      tasks: [pendingTask({ taskId: 'a' })],
      async answer() {
        await clock.sleep(11_000);
        return processing;
      },
    });
    await runMinutes(0, 1);
    expect(polls.a?.length).toBeGreaterThanOrEqual(4);
  });

  it('the first time before the others that wait, and then the most overdue for its age', async () => {
    // Of these, 14 a second are due, and 8 have a turn.
    const old = many(800, { registeredAtMs: START_MS - 600_000 });
    const { polls, pending, clock, runMinutes } = startLife({
      tasks: old,
      profiles: () => ({ default: profileOf(10) }),
      answer: () => processing,
    });
    const register = async () => {
      await clock.sleep(140_000);
      await pending.register(pendingTask({ taskId: 'new', registeredAtMs: clock.now() }));
    };
    await Promise.all([runMinutes(0, 3), register()]);
    expect(polls.new?.[0]).toBeLessThan(142.5);
    // Its next points are soon more overdue for its age than those of tasks that are asked once in a minute.
    expect(polls.new?.filter((second) => second < 160).length).toBeGreaterThan(3);
  });
});
