import type { Context } from 'aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../functions/runtime/telemetry.ts';
import type { MetricSink } from '../../functions/tasks/ports.ts';

const context = { awsRequestId: 'request-1', functionName: 'poll-tasks' } as Context;

type Work = (add: MetricSink['add']) => void;

/** What the invocations of one process write in CloudWatch's embedded metric format, a line for each. */
function metricLinesOf(...invocations: Work[]): object[] {
  // Prints through the console that can be listened to; metrics are off there unless told otherwise.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { metrics, begin, end } = createTelemetry();
  for (const work of invocations) {
    begin(context);
    work(metrics.add);
    end();
  }
  return printed.mock.calls.map(([line]) => JSON.parse(String(line)));
}

describe('metrics', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('are one line with the sum, however often something is counted', () => {
    const lines = metricLinesOf((add) => {
      for (let poll = 0; poll < 1_000; poll += 1) add('Polls', 2);
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ Polls: 2_000 });
  });

  it('count from zero in each invocation of a warm function', () => {
    const lines = metricLinesOf(
      (add) => add('Polls', 3),
      (add) => add('Polls', 4),
      () => {},
    );
    expect(lines).toHaveLength(2);
    expect(lines).toMatchObject([{ Polls: 3 }, { Polls: 4 }]);
  });

  it('keep every value of what is not a count', () => {
    const lines = metricLinesOf((add) => {
      add('DetectionDelaySeconds', 2, 'Seconds');
      add('DetectionDelaySeconds', 5, 'Seconds');
    });
    expect(lines[0]).toMatchObject({ DetectionDelaySeconds: [2, 5] });
  });
});
