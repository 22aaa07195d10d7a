import type { MiddlewareObj } from '@middy/core';
import type { Telemetry } from './powertools.ts';

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
