import type { Profiles } from '../../functions/huawei/profiles.ts';
import type { PollLimits } from '../../functions/huawei/task-query.ts';
import type { OperatorAlert } from '../../functions/messages/operator-alerter.ts';
import { createPoller, type PollerDeps, type RunReport } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { createMemoryShardStore } from '../../functions/stores/memory-shard-store.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import type { Wake } from '../../functions/tasks/shards.ts';
import type { PendingTask, TaskIdentity } from '../../functions/tasks/task.ts';
import { createMetricSums, createVirtualClock, pendingTask, START_MS } from '../support/fixtures.ts';
import { createMemoryPending, createMemoryResults } from '../support/memory-stores.ts';

const MINUTE_MS = 60_000;
const PROFILE = { region: 'r', project_id: 'p1', ak: 'a', sk: 's' };

export type Answer = (task: TaskIdentity, ageMs: number, limits: PollLimits) => Observation | Promise<Observation>;

/** A profile of so many requests a second. */
export const profileOf = (requestsPerSecond: number) => ({ ...PROFILE, requests_per_second: requestsPerSecond });

type Life = {
  tasks?: PendingTask[];
  answer: Answer;
  /** Read at the start of each run. Default: `default`, without a limit that matters. */
  profiles?: () => Profiles;
  shards?: number;
  pageSize?: number;
  /** How long each wake is under way, beyond its delay; none arrives where it never does. Default 300. */
  wakesTakeMs?: number;
  deps?: Partial<PollerDeps>;
};

/** A whole poller over virtual time from `START_MS` on; `polls` has the seconds of every request, by task. */
export function startLife({
  tasks = [],
  answer,
  profiles,
  shards = 1,
  pageSize = 5_000,
  wakesTakeMs = 300,
  deps,
}: Life) {
  const clock = createVirtualClock();
  const pending = createMemoryPending(tasks, pageSize);
  const results = createMemoryResults();
  const cursors = createMemoryShardStore();
  const metrics = createMetricSums();
  const polls: Record<string, number[]> = {};
  const alerts: OperatorAlert[] = [];
  const lines: { message: string; fields: Record<string, unknown> }[] = [];
  const failures: unknown[] = [];
  const wakes: (Wake & { delayS: number })[] = [];
  const runs: RunReport[] = [];
  const running = new Set<Promise<void>>();
  /** Wakes that would arrive later are lost, so that a life ends. */
  let untilMs = Number.POSITIVE_INFINITY;
  const write = (message: string, fields: Record<string, unknown> = {}) => void lines.push({ message, fields });
  const poll = createPoller({
    pending,
    shards: cursors,
    wakes: {
      async send(wake, delayS) {
        wakes.push({ ...wake, delayS });
        if (Number.isFinite(wakesTakeMs)) void deliver(wake, delayS * 1_000 + wakesTakeMs);
      },
    },
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
    schedule: createTaskSchedule(DEFAULT_SCHEDULE),
    ...{ clock, metrics, log: { info: write, warn: write, error: write } },
    settings: { shards, concurrency: 64, answerBytes: 2 ** 20, retentionMs: 86_400_000 },
    ...deps,
  });
  const trigger = async (by: Pick<Wake, 'shard'> & { dueMs?: number | undefined }) => {
    const run = poll(by)
      .then((report) => void runs.push(report))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(run));
    running.add(run);
    await run;
  };
  const deliver = async ({ shard, dueMs }: Wake, afterMs: number) => {
    await clock.sleep(afterMs);
    if (clock.now() < untilMs) await trigger({ shard, dueMs });
  };
  return {
    ...{ clock, pending, results, cursors, metrics, polls, alerts, lines, failures, wakes, runs, trigger, deliver },
    shard: { segment: 0, totalSegments: shards },
    /** Seconds since the start of all requests, in order. */
    requestsAt: () =>
      Object.values(polls)
        .flat()
        .sort((a, b) => a - b),
    /** Calls the first shard once in each of these minutes, as its schedule does; resolves when all runs have ended. */
    async runMinutes(from: number, to: number) {
      untilMs = START_MS + to * MINUTE_MS;
      for (let minute = from; minute < to; minute += 1) {
        await clock.sleep(START_MS + minute * MINUTE_MS - clock.now());
        void trigger({ shard: { segment: 0, totalSegments: shards } });
      }
      await clock.sleep(untilMs - 1 - clock.now());
      await Promise.all(running);
    },
  };
}

/** So many tasks of the same kind, each with an id of its own. */
export const many = (count: number, task: Partial<PendingTask> = {}) =>
  Array.from({ length: count }, (_, i) => pendingTask({ ...task, taskId: `${task.profile ?? 'task'}${i}` }));
