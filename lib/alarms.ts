import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Metrics } from './metrics.ts';
import type { Settings } from './settings.ts';

const FIVE_MINUTES = Duration.minutes(5);

type AlarmSpec = {
  id: string;
  metric: Metric;
  /** Alarms from this value on. */
  from: number;
  /** What goes wrong for somebody while this lasts. */
  harm: string;
  /** What to do first. */
  todo: string;
};

/** One alarm per way in which the service can fail somebody; each tells the operator topic when it starts and ends. */
export class Alarms extends Construct {
  readonly all: Alarm[];
  readonly #operator: ITopic;

  constructor(scope: Construct, id: string, props: { metrics: Metrics; settings: Settings; operator: ITopic }) {
    super(scope, id);
    this.#operator = props.operator;
    const { metrics, settings } = props;
    const specs = [...pollingSpecs(metrics, settings), ...tellingSpecs(metrics, settings), ...deadLetterSpecs(metrics)];
    this.all = [this.#silent(metrics, settings), ...specs.map((spec) => this.#raise(spec))];
  }

  #raise({ id, metric, from, harm, todo }: AlarmSpec): Alarm {
    return this.#tellOperator(
      new Alarm(this, id, {
        alarmDescription: `${harm} ${todo}`,
        metric: unlabelled(metric, FIVE_MINUTES),
        threshold: from,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );
  }

  /** The dead man's switch: here no data is the bad news. */
  #silent(metrics: Metrics, settings: Settings): Alarm {
    const minutes = settings.alarms.pollerSilentMinutes;
    return this.#tellOperator(
      new Alarm(this, 'PollerSilent', {
        alarmDescription:
          `No sweep has been completed for ${minutes} minutes: tasks may be over and nobody is told. ` +
          'See whether the schedules are enabled, then the poller’s log. It also alarms for the first minutes after the first deployment.',
        metric: unlabelled(metrics.sweeps, Duration.minutes(1)),
        threshold: 1,
        evaluationPeriods: minutes,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    );
  }

  #tellOperator(alarm: Alarm): Alarm {
    const action = new SnsAction(this.#operator);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

// A label would turn the alarm into one of metric math.
function unlabelled({ namespace, metricName, dimensions, statistic }: Metric, period: Duration): Metric {
  return new Metric({ namespace, metricName, statistic, period, ...(dimensions && { dimensionsMap: dimensions }) });
}

function pollingSpecs(metrics: Metrics, { alarms }: Settings): AlarmSpec[] {
  return [
    {
      id: 'PollerErrors',
      metric: metrics.pollerErrors,
      from: alarms.pollerErrors,
      harm: 'Runs of the poller fail: news about tasks comes late, by a minute per failed run.',
      todo: 'Read the errors in the poller’s log; a time-out means that a shard has too much to do, so raise `shards`.',
    },
    {
      id: 'BrokenProfile',
      metric: metrics.profileBroken,
      from: 1,
      harm: 'Huawei Cloud refuses the credentials of a profile: its tasks stay pending until they expire.',
      todo: 'The operator topic names the profile. Put valid credentials into the Huawei secret; no deploy is needed.',
    },
    {
      id: 'OldestPendingTooOld',
      metric: metrics.oldestPendingAge,
      from: alarms.oldestPendingMinutes * 60,
      harm: `A task has been pending for ${alarms.oldestPendingMinutes} minutes: somebody is waiting for it.`,
      todo: 'List `GET /tasks?state=pending` and see its last_error; ask Huawei Cloud, or stop watching it with DELETE.',
    },
  ];
}

function tellingSpecs(metrics: Metrics, { alarms }: Settings): AlarmSpec[] {
  return [
    {
      id: 'NotificationFailures',
      metric: metrics.notificationFailures,
      from: alarms.notificationFailures,
      harm: 'Notifications could not be handed over: people or machines do not learn how their tasks ended.',
      todo: 'Read the reason in the log of notify-slack, deliver-webhook or the poller; mend the channel or address, then redrive.',
    },
    {
      id: 'ApiServerErrors',
      metric: metrics.apiServerErrors,
      from: alarms.apiServerErrors,
      harm: 'The HTTP API answers 5xx: clients cannot register tasks, so these will not be watched.',
      todo: 'Follow the request ids of the access log into the log of tasks-api.',
    },
  ];
}

function deadLetterSpecs({ deadLetters }: Metrics): AlarmSpec[] {
  return deadLetters.map(({ name, visible }) => ({
    id: `${name}DeadLetters`,
    metric: visible,
    from: 1,
    harm: `Messages of ${name} were given up: what they say has reached nobody.`,
    todo: 'Look at the messages, mend the cause, and start a redrive of the queue; they are lost after 14 days.',
  }));
}
