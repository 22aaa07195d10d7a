import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { METRICS_NAMESPACE } from '../names.ts';
import type { Log, MetricSink } from '../tasks/ports.ts';

/** Log lines and metrics of one function: JSON with the request id, and CloudWatch's embedded metric format. */
type Telemetry = {
  log: Log;
  metrics: MetricSink;
  /** Around each invocation: puts the request id on the lines, and writes the metrics out whatever happened. */
  begin(context: Context): void;
  end(): void;
};

/** Makes the telemetry of this process. Service name and log level come from the `POWERTOOLS_*` environment. */
export function createTelemetry(): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE });
  // Powertools keeps every value and prints a line for each hundred: ten thousand polls are one sum instead.
  const counts = new Map<string, number>();
  return {
    log: {
      info: (message, fields = {}) => logger.info(message, fields),
      warn: (message, fields = {}) => logger.warn(message, fields),
      error: (message, fields = {}) => logger.error(message, fields),
    },
    metrics: {
      add(name, value, unit = 'Count') {
        if (unit === 'Count') counts.set(name, (counts.get(name) ?? 0) + value);
        else metrics.addMetric(name, unit, value);
      },
    },
    // Not the whole context: name, ARN and memory are the same on every line of a log group, and as long as the rest.
    begin: ({ awsRequestId }) => logger.appendKeys({ function_request_id: awsRequestId }),
    // Braces, for middy takes what a middleware returns, and this would return the metrics, for the handler's answer.
    end: () => {
      for (const [name, value] of counts) metrics.addMetric(name, 'Count', value);
      counts.clear();
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

/** Puts the request id on log lines, logs what the handler throws, and writes the metrics out in every case. */
export function telemetryOf(telemetry: Telemetry): MiddlewareObj {
  return {
    before: ({ context }) => telemetry.begin(context),
    after: () => telemetry.end(),
    onError: ({ error }) => {
      telemetry.log.error('invocation failed', { error });
      telemetry.end();
    },
  };
}
