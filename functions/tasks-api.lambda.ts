import { telemetryOf } from './middleware/telemetry-of.ts';
import { createTasksApiRuntime } from './runtime/tasks-api.ts';

const runtime = createTasksApiRuntime();

/** Called by API Gateway (HTTP API, payload 2.0) for every request. */
export const handler = runtime.handler.use(telemetryOf(runtime.telemetry));
