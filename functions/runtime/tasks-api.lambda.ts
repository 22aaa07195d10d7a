import { createTasksApiRuntime } from './tasks-api.ts';
import { telemetryOf } from './telemetry.ts';

const runtime = createTasksApiRuntime();

/** Called by API Gateway (HTTP API, payload 2.0) for every request. */
export const handler = runtime.handler.use(telemetryOf(runtime.telemetry));
