import { describe, expect, it } from 'vitest';
import { matchesPending, matchesResult, type ResultFilter, type TaskFilter } from '../../functions/tasks/filter.ts';
import { aResult, aTask } from '../contract/samples.ts';

const started = { task_type: 'export_api', group_id: 'g1' } as const;

describe('matchesPending', () => {
  const task = aTask({ label: 'orders 1', taskType: 'export_api', started, registeredAtMs: 1_000 });

  it.each<[TaskFilter, boolean]>([
    [{}, true],
    [{ label: 'orders 1' }, true],
    [{ label: 'orders' }, false],
    [{ label: 'orders*' }, true],
    [{ label: '*' }, true],
    [{ label: 'x*' }, false],
    [{ profile: task.profile }, true],
    [{ profile: 'another' }, false],
    [{ taskType: 'export_api' }, true],
    [{ taskType: 'import_api' }, false],
    [{ groupId: 'g1' }, true],
    [{ groupId: 'g2' }, false],
    [{ sinceMs: 1_000 }, true],
    [{ sinceMs: 1_001 }, false],
    [{ label: 'orders*', groupId: 'g2' }, false],
  ])('%j: %s', (filter, expected) => {
    expect(matchesPending(task, filter)).toBe(expected);
  });

  it('takes a task without a label for one that starts with nothing', () => {
    const { label: _, ...unnamed } = task;
    expect([matchesPending(unnamed, { label: '*' }), matchesPending(unnamed, { label: 'o*' })]).toEqual([true, false]);
  });
});

describe('matchesResult', () => {
  it.each<[ResultFilter, boolean]>([
    [{ outcomes: ['failed', 'expired'] }, true],
    [{ outcomes: ['succeeded'] }, false],
    [{ groupId: 'g1' }, true],
    [{ sinceMs: 2_000 }, true],
    [{ sinceMs: 2_001 }, false],
  ])('%j: %s', (filter, expected) => {
    const result = aResult({ outcome: 'expired', summary: { group_id: 'g1' }, completedAtMs: 2_000 });
    expect(matchesResult(result, filter)).toBe(expected);
  });
});
