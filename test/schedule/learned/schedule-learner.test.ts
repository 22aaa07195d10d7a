import { describe, expect, it } from 'vitest';
import { learnByGateway } from '../../../functions/schedule/learned/gateway-durations.ts';
import { createScheduleLearner } from '../../../functions/schedule/learned/schedule-learner.ts';
import { DEFAULT_SCHEDULE, nextPollAt } from '../../../functions/schedule/schedule.ts';
import type { TaskResult } from '../../../functions/tasks/result.ts';

const NOW = Date.UTC(2026, 10, 24);

function result(taskId: string, durationMs: number, change: Partial<TaskResult> = {}): TaskResult {
  return {
    taskId,
    instanceId: 'gateway-1',
    projectId: 'project-1',
    profile: 'default',
    outcome: 'succeeded',
    registeredAtMs: NOW - durationMs,
    completedAtMs: NOW,
    summary: {},
    result: { kind: 'none' },
    expiresAtS: NOW / 1000 + 86_400,
    ...change,
  };
}

/** A hundred tasks that took a minute, give or take two seconds. */
const STEADY = Array.from({ length: 100 }, (_, i) => result(`task-${i}`, 58_000 + (i % 40) * 100));
const typed = (i: number) => ({ taskType: i % 2 ? 'import_api' : 'export_api' });
const watched = { taskId: 'new', registeredAtMs: NOW, instanceId: 'gateway-1' };

function createDeps(list: () => Promise<{ items: TaskResult[] }>) {
  const time = { nowMs: NOW, reads: 0, warnings: 0 };
  const log = { info() {}, warn: () => void time.warnings++, error() {} };
  const clock = { now: () => time.nowMs, sleep: () => Promise.resolve() };
  const results = { list: () => list().finally(() => time.reads++) };
  return { time, deps: { results, clock, log, base: DEFAULT_SCHEDULE } };
}

describe('learning from results', () => {
  it('waits for the usual end of the tasks of a gateway, and polls closely there', async () => {
    const { deps } = createDeps(async () => ({ items: STEADY }));
    const schedule = await createScheduleLearner(deps)();
    const around = NOW + 57_000;
    expect(schedule.nextPollAt(watched, around) - around).toBeLessThan(4_000);
    expect(schedule.countPolls(watched, NOW + 40_000)).toBeLessThan(6);
  });

  it('learns imports and exports apart, and tells them apart as soon as Huawei does', async () => {
    const imports = STEADY.map((end) => ({ ...end, taskType: 'import_api' }));
    const exports = imports.map((_, i) => result(`export-${i}`, 600_000 + i * 10, { taskType: 'export_api' }));
    const { deps } = createDeps(async () => ({ items: imports.flatMap((end, i) => [end, exports[i] ?? end]) }));
    const schedule = await createScheduleLearner(deps)();
    const polled = (taskType: string | undefined, fromMs: number, toMs: number) => {
      const task = { ...watched, ...(taskType !== undefined && { taskType }) };
      return schedule.countPolls(task, NOW + toMs) - schedule.countPolls(task, NOW + fromMs);
    };
    const aroundAMinute = ['import_api', 'export_api', undefined].map((type) => polled(type, 54_000, 66_000));
    const [ofImport = 0, ofExport = 0, ofAny = 0] = aroundAMinute;
    expect(ofImport).toBeGreaterThanOrEqual(3);
    expect(ofExport).toBeLessThanOrEqual(1);
    expect(ofAny).toBeGreaterThan(ofExport);
  });

  it('keeps to the plain schedule for a type of task that the gateway has not seen', async () => {
    const { deps } = createDeps(async () => ({ items: STEADY.map((end) => ({ ...end, taskType: 'import_api' })) }));
    const schedule = await createScheduleLearner(deps)();
    const task = { ...watched, taskType: 'export_api' };
    expect(schedule.nextPollAt(task, NOW + 50_000)).toBe(nextPollAt(task, NOW + 50_000, DEFAULT_SCHEDULE));
  });

  it('forgets what it knew of both types when the gateway became slower, though few of either show it', () => {
    const steady = STEADY.map((_, i) => result(`old-${i}`, i % 2 ? 60_000 : 600_000, typed(i)));
    const slower = Array.from({ length: 8 }, (_, i) => result(`new-${i}`, i % 2 ? 300_000 : 3_000_000, typed(i)));
    const learned = (results: TaskResult[]) => learnByGateway(results, DEFAULT_SCHEDULE).get('gateway-1');
    expect([...(learned(steady)?.byType.keys() ?? [])].sort()).toEqual(['export_api', 'import_api']);
    expect(learned([...slower, ...steady])).toEqual({ byType: new Map() });
  });

  it('keeps to the plain schedule for other gateways', async () => {
    const { deps } = createDeps(async () => ({ items: STEADY }));
    const schedule = await createScheduleLearner(deps)();
    const other = { ...watched, instanceId: 'gateway-2' };
    for (let age = 0; age < 200_000; age += 1_777) {
      expect(schedule.nextPollAt(other, NOW + age)).toBe(nextPollAt(other, NOW + age, DEFAULT_SCHEDULE));
    }
  });

  it('learns nothing from tasks that we gave up', () => {
    const outcomes = ['expired', 'not_found', 'rejected'] as const;
    const givenUp = STEADY.map((end, i) => ({ ...end, outcome: outcomes[i % 3] ?? 'expired' }));
    expect(learnByGateway(givenUp, DEFAULT_SCHEDULE).size).toBe(0);
    expect(learnByGateway(STEADY, DEFAULT_SCHEDULE).get('gateway-1')?.all?.samples).toBe(100);
  });

  it('reads the results once in ten minutes', async () => {
    const { deps, time } = createDeps(async () => ({ items: STEADY }));
    const learn = createScheduleLearner(deps);
    await learn();
    time.nowMs += 9 * 60_000;
    await learn();
    expect(time.reads).toBe(1);
    time.nowMs += 2 * 60_000;
    await learn();
    expect(time.reads).toBe(2);
  });

  it('goes on with the plain schedule, and says so, when the results cannot be read', async () => {
    const { deps, time } = createDeps(() => Promise.reject(new Error('throttled')));
    const schedule = await createScheduleLearner(deps)();
    expect(schedule.nextPollAt(watched, NOW + 5)).toBe(nextPollAt(watched, NOW + 5, DEFAULT_SCHEDULE));
    expect(time.warnings).toBe(1);
  });
});
