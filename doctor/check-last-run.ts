import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../functions/core/ports.ts';
import { METRICS, METRICS_NAMESPACE } from '../lib/metric-names.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';
import type { Deployment } from './read-deployment.ts';

const NAME = 'poller';
const LOOK_BACK_MS = 60 * 60_000;
/** A run a minute, and a minute or two until CloudWatch shows it. */
const LATE_MS = 5 * 60_000;

/** When the poller last came to the end of a run, by its own metric. */
export function lastRunCheck(client: CloudWatchClient, deployment: Deployment, clock: Clock): Check {
  return {
    name: NAME,
    async run() {
      const nowMs = clock.now();
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace: METRICS_NAMESPACE,
          MetricName: METRICS.sweepCompleted,
          Dimensions: [{ Name: 'service', Value: deployment.stackName }],
          StartTime: new Date(nowMs - LOOK_BACK_MS),
          EndTime: new Date(nowMs + 60_000),
          Period: 60,
          Statistics: ['Sum'],
        }),
      );
      const runs = Datapoints.filter(({ Sum = 0 }) => Sum > 0).map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
      return [judge(Math.max(...runs), { nowMs, changedAtMs: deployment.changedAtMs })];
    },
  };
}

function judge(lastMs: number, { nowMs, changedAtMs }: { nowMs: number; changedAtMs: number }): Finding {
  const agoMs = nowMs - lastMs;
  if (agoMs <= LATE_MS) return ok(NAME, `last run ${Math.max(0, Math.round(agoMs / 60_000))} min ago`);
  const said = Number.isFinite(agoMs) ? `last run ${Math.round(agoMs / 60_000)} min ago` : 'no run in the last hour';
  if (nowMs - changedAtMs < LATE_MS) return warn(NAME, said, 'the stack is new: run the doctor again in 5 minutes');
  return fail(NAME, said, 'see docs/operations.md, PollerSilent: are the schedules enabled, what does the log say');
}
