import { type CloudWatchClient, type Datapoint, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../functions/tasks/ports.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';
import { type Deployment, resourcesOf } from './read-deployment.ts';

const NAME = 'poller';
const MINUTE_MS = 60_000;
const LOOK_BACK_MS = 60 * MINUTE_MS;
/** A run a minute, and a minute or two until CloudWatch shows it. */
const LATE_MS = 5 * MINUTE_MS;
/** The minutes whose calls are counted, and the ones after them that CloudWatch may not show yet. */
const COUNTED_MINUTES = 10;
const UNSEEN_MS = 3 * MINUTE_MS;
const FIX = 'see docs/operations.md, PollerSilent: check that the schedules are enabled, then read the log';

type Runs = { atMs: number; count: number }[];

/** When the poller's schedules last called it, and whether every shard is called, by EventBridge Scheduler's metric. */
export function lastRunCheck(client: CloudWatchClient, deployment: Deployment, clock: Clock): Check {
  return {
    name: NAME,
    async run() {
      const nowMs = clock.now();
      const [group] = resourcesOf(deployment, 'AWS::Scheduler::ScheduleGroup');
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/Scheduler',
          MetricName: 'InvocationAttemptCount',
          Dimensions: [{ Name: 'ScheduleGroup', Value: group?.physicalId }],
          StartTime: new Date(nowMs - LOOK_BACK_MS),
          EndTime: new Date(nowMs + MINUTE_MS),
          Period: 60,
          Statistics: ['Sum'],
        }),
      );
      return [judge(runsOf(Datapoints), { nowMs, deployment })];
    },
  };
}

function runsOf(datapoints: Datapoint[]): Runs {
  return datapoints
    .map(({ Sum = 0, Timestamp }) => ({ atMs: Timestamp?.getTime() ?? 0, count: Sum }))
    .filter(({ count }) => count > 0);
}

function judge(runs: Runs, { nowMs, deployment }: { nowMs: number; deployment: Deployment }): Finding {
  const agoMs = nowMs - Math.max(...runs.map(({ atMs }) => atMs));
  const stackAgeMs = nowMs - deployment.changedAtMs;
  const said = Number.isFinite(agoMs)
    ? `last heartbeat ${Math.max(0, Math.round(agoMs / MINUTE_MS))} min ago`
    : 'no heartbeat in the last hour';
  if (agoMs > LATE_MS) {
    return stackAgeMs < LATE_MS
      ? warn(NAME, said, 'the stack is new: run the doctor again in 5 minutes')
      : fail(NAME, said, FIX);
  }
  const hasCountedMinutes = stackAgeMs > COUNTED_MINUTES * MINUTE_MS + UNSEEN_MS;
  return (hasCountedMinutes ? missingRuns(runs, nowMs, deployment) : undefined) ?? ok(NAME, said);
}

/** A shard whose schedule is dead misses all its calls; up to half as many may lie just outside the minutes counted. */
function missingRuns(runs: Runs, nowMs: number, deployment: Deployment): Finding | undefined {
  const expected = COUNTED_MINUTES * resourcesOf(deployment, 'AWS::Scheduler::Schedule').length;
  const untilMs = nowMs - UNSEEN_MS;
  const fromMs = untilMs - COUNTED_MINUTES * MINUTE_MS;
  const counted = runs
    .filter(({ atMs }) => atMs > fromMs && atMs <= untilMs)
    .reduce((total, { count }) => total + count, 0);
  if (counted >= expected - COUNTED_MINUTES / 2) return undefined;
  return fail(NAME, `${counted} of ${expected} heartbeats in ${COUNTED_MINUTES} min: a shard is missing`, FIX);
}
