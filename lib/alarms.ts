import { Annotations, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmWarnings } from './alarm-settings.ts';
import { type AlarmSpec, alarmSpecs } from './alarm-specs.ts';
import type { Metrics } from './metrics.ts';
import type { Settings } from './settings.ts';

/** One alarm per way in which the service can fail somebody; each tells the operator topic when it starts and ends. */
export class Alarms extends Construct {
  readonly all: Alarm[];
  readonly #operator: ITopic;

  constructor(scope: Construct, id: string, props: { metrics: Metrics; settings: Settings; operator: ITopic }) {
    super(scope, id);
    this.#operator = props.operator;
    const { metrics, settings } = props;
    const specs = alarmSpecs(metrics, settings);
    for (const warning of alarmWarnings(settings)) Annotations.of(this).addWarningV2('alarm-out-of-reach', warning);
    this.all = [this.#silent(metrics, settings), ...specs.map((spec) => this.#raise(spec))];
  }

  #raise({ id, metric, minutes = 5, periods = 1, from, harm, todo }: AlarmSpec): Alarm {
    return this.#notifyOperator(
      new Alarm(this, id, {
        alarmDescription: `${harm} ${todo} ${runbookOf(id)}`,
        metric: unlabelled(metric, Duration.minutes(minutes)),
        threshold: from,
        evaluationPeriods: periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );
  }

  /**
   * The dead man's switch. One shard of many that is missing puts it into ALARM; without any heartbeat there is no value, and
   * it goes to INSUFFICIENT_DATA, which operators hear of too. It starts there, and a start is no change of state: a first
   * deployment, when there is no heartbeat yet either, is silent. (Missing minutes that count as bad would set it off then.)
   *
   * A schedule that calls about the turn of the minute is counted now before it, now after it; with strict succession, one
   * minute that got the neighbour's call as well would hide a dead shard, so as many minutes of a quarter more are enough.
   */
  #silent(metrics: Metrics, settings: Settings): Alarm {
    const minutes = settings.alarms.pollerSilentMinutes;
    const alarm = new Alarm(this, 'PollerSilent', {
      alarmDescription:
        `The poller or one of its shards has had no heartbeat for ${minutes} minutes: tasks may have finished without any notification. ` +
        `Check that all schedules are enabled, then read the poller’s log. INSUFFICIENT_DATA means that no shard has one. It also fires after \`shards\` is raised. ${runbookOf('PollerSilent')}`,
      metric: unlabelled(metrics.beats, Duration.minutes(1)),
      threshold: settings.shards,
      evaluationPeriods: Math.ceil(minutes * 1.25),
      datapointsToAlarm: minutes,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.MISSING,
    });
    alarm.addInsufficientDataAction(new SnsAction(this.#operator));
    return this.#notifyOperator(alarm);
  }

  #notifyOperator(alarm: Alarm): Alarm {
    const action = new SnsAction(this.#operator);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

/** Where the commands for it are: a test holds the page to one section per alarm. */
function runbookOf(id: string): string {
  return `Runbook: docs/operations.md#${id.toLowerCase()}.`;
}

// A label would turn the alarm into one of metric math.
function unlabelled({ namespace, metricName, dimensions, statistic }: Metric, period: Duration): Metric {
  return new Metric({ namespace, metricName, statistic, period, ...(dimensions && { dimensionsMap: dimensions }) });
}
