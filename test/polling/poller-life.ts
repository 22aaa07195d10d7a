import type { Profiles } from '../../functions/huawei/profile.ts';
import type { PollLimits } from '../../functions/huawei/task-query.ts';
import type { OperatorAlert } from '../../functions/messages/operator-alerter.ts';
import { createPoller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import type { PendingTask, TaskIdentity } from '../../functions/tasks/task.ts';
import { createMetricSums, createVirtualClock, pendingTask, START_MS } from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

const MINUTE_MS = 60_000;
const PROFILE = { region: 'r', project_id: 'p1', ak: 'a', sk: 's' };

export type Answer = (task: TaskIdentity, ageMs: number, limits: PollLimits) => Observation | Promise<Observation>;

/** A profile of so many requests a second. */
export const profileOf = (requestsPerSecond: number) => ({ ...PROFILE, requests_per_second: requestsPerSecond });

type Life = {
  tasks: PendingTask[];
  answer: Answer;
  /** Read at the start of each run. Default: `default`, without a limit that matters. */
  profiles?: () => Profiles;
  shards?: number;
  pageSize?: number;
};

/** A whole poller over virtual time from `START_MS` on; `polls` has the seconds of every request, by task. */
export function startLife({ tasks, answer, profiles, shards = 1, pageSize = 5_000 }: Life) {
  const clock = createVirtualClock();
  const pending = createMemoryPending(tasks, pageSize);
  const results = createMemoryResults();
  const metrics = createMetricSums();
  const polls: Record<string, number[]> = {};
  const alerts: OperatorAlert[] = [];
  const lines: { message: string; fields: Record<string, unknown> }[] = [];
  const write = (message: string, fields: Record<string, unknown> = {}) => void lines.push({ message, fields });
  const poll = createPoller({
    pending,
    query: {
      async poll(task, limits = {}) {
        const ageMs = clock.now() - START_MS;
        const times = polls[task.taskId] ?? [];
        polls[task.taskId] = times;
        times.push(ageMs / 1_000);
        return answer(task, ageMs, limits);
      },
    },
    storeResult: results.store,
    publishers: [],
    operatorAlerts: { raise: async (alert) => alerts.push(alert) > 0 },
    profiles: async () => profiles?.() ?? { default: profileOf(100_000) },
    schedule: async () => createTaskSchedule(DEFAULT_SCHEDULE),
    ...{ clock, metrics, log: { info: write, warn: write, error: write } },
    settings: { windowMs: MINUTE_MS, minSweepGapMs: 1_000, concurrency: 64, retentionMs: 86_400_000 },
  });
  const runMinute = async (minute: number) => {
    const startMs = START_MS + minute * MINUTE_MS;
    await clock.sleep(startMs - clock.now());
    await poll({ segment: { segment: 0, totalSegments: shards }, startMs, stopAtMs: startMs + MINUTE_MS });
  };
  return {
    ...{ clock, pending, results, metrics, polls, alerts, lines },
    /** Seconds since the start of all requests, in order. */
    requestsAt: () =>
      Object.values(polls)
        .flat()
        .sort((a, b) => a - b),
    /** Calls the poller once in each of these minutes, as the schedule does. */
    async runMinutes(from: number, to: number) {
      for (let minute = from; minute < to; minute += 1) await runMinute(minute);
    },
  };
}

/** So many tasks of the same kind, each with an id of its own. */
export const many = (count: number, task: Partial<PendingTask> = {}) =>
  Array.from({ length: count }, (_, i) => pendingTask({ ...task, taskId: `${task.profile ?? 'task'}${i}` }));
