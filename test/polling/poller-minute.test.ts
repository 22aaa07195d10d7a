import { describe, expect, it } from 'vitest';
import { createPoller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import type { TaskIdentity } from '../../functions/tasks/task.ts';
import {
  createMetricSums,
  createVirtualClock,
  pendingTask,
  processing,
  START_MS,
  silentLog,
  succeeded,
} from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

const MINUTE_MS = 60_000;
const TASKS = 60;
/** The ones before are registered while nothing is pending: the next minute finds them. */
const FIRST = 21;
const DURATION_MS = 8_000;

type Answer = (task: TaskIdentity, nowMs: number) => Promise<Observation>;

/** Tasks registered over three minutes, and a poller that is called once a minute from `offsetMs` on, `lateMs` late. */
async function pollForMinutes({ offsetMs, lateMs, answer }: { offsetMs: number; lateMs: number; answer?: Answer }) {
  const clock = createVirtualClock();
  const registered = (i: number) => START_MS + 2 * MINUTE_MS + i * 3_000;
  const pending = createMemoryPending();
  const results = createMemoryResults();
  const isOver = ({ taskId }: TaskIdentity) => clock.now() >= registered(Number(taskId.slice(1))) + DURATION_MS;
  const poll = createPoller({
    pending,
    query: { poll: async (task) => (await answer?.(task, clock.now())) ?? (isOver(task) ? succeeded : processing) },
    storeResult: results.store,
    publishers: [],
    operatorAlerts: { raise: async () => true },
    profiles: async () => ({ default: { region: 'r', project_id: 'p', ak: 'a', sk: 's', requests_per_second: 1_000 } }),
    schedule: async () => createTaskSchedule(DEFAULT_SCHEDULE),
    clock,
    metrics: createMetricSums(),
    log: silentLog,
    settings: { windowMs: MINUTE_MS, minSweepGapMs: 1_000, concurrency: 4, retentionMs: 86_400_000 },
  });
  const failures: unknown[] = [];
  const register = async (i: number) => {
    await clock.sleep(registered(i) - clock.now());
    await pending.register(pendingTask({ taskId: `t${i}`, registeredAtMs: registered(i) }));
  };
  const runMinute = async (minute: number) => {
    const startMs = START_MS + minute * MINUTE_MS + offsetMs;
    await clock.sleep(startMs + lateMs - clock.now());
    const request = { segment: { segment: 0, totalSegments: 1 }, startMs, stopAtMs: clock.now() + 75_000 };
    await poll(request).catch((error: unknown) => failures.push(error));
  };
  const minutes = Array.from({ length: 12 }, (_, minute) => runMinute(minute));
  await Promise.all([...Array.from({ length: TASKS }, (_, i) => register(i)), ...minutes]);
  const delayOf = (i: number) => (results.rows.get(`t${i}`)?.completedAtMs ?? Number.NaN) - registered(i) - DURATION_MS;
  const delaysMs = Array.from({ length: TASKS - FIRST }, (_, i) => delayOf(FIRST + i));
  return { delaysMs, failures, pending, ended: results.rows.size };
}

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a poller that is called once a minute', () => {
  it.each([0, 15_000, 30_000, 45_000, 59_000])(
    'is as fast when its minutes begin %d ms after the clock’s',
    async (offsetMs) => {
      const { delaysMs, ended } = await pollForMinutes({ offsetMs, lateMs: 200 });
      expect(ended).toBe(TASKS);
      expect(meanOf(delaysMs)).toBeLessThan(3_000);
      expect(Math.max(...delaysMs)).toBeLessThan(10_000);
    },
  );

  it('loses no task and keeps to its minutes when it is called half a minute late', async () => {
    const { delaysMs, ended } = await pollForMinutes({ offsetMs: 20_000, lateMs: 30_000 });
    expect(ended).toBe(TASKS);
    expect(Math.max(...delaysMs)).toBeLessThan(45_000);
  });

  it('polls the others in time although one task can never be handled, and throws for it each minute', async () => {
    const broken: Answer = async ({ taskId }) => {
      if (taskId === 't0') throw new Error('cannot be stored');
      return undefined as unknown as Observation;
    };
    const { delaysMs, failures, pending, ended } = await pollForMinutes({ offsetMs: 0, lateMs: 200, answer: broken });
    expect(ended).toBe(TASKS - 1);
    expect(meanOf(delaysMs)).toBeLessThan(3_000);
    expect([...pending.rows.keys()]).toEqual(['t0']);
    expect(String(failures[0])).toContain('tasks or pages not handled: cannot be stored');
  });
});
