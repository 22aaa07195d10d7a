import { RELEASE_ENVIRONMENT_ID } from './defaults.ts';
import { type ApiError, apiErrors, errorAnswer } from './errors.ts';
import { parseExportRequest, renderExport, selectApis } from './export.ts';
import { Gateway } from './gateway.ts';
import { type Answer, json } from './http.ts';
import { parseImportRequest } from './import-request.ts';
import type { Route } from './route.ts';
import { runImport } from './run-import.ts';
import { renderTask, type TaskEnd, type TaskType } from './tasks.ts';
import type { World } from './world.ts';

/** One request that was let in. */
export type Call = {
  world: World;
  route: Route;
  requestId: string;
  query: string;
  contentType: string;
  body: Uint8Array;
};

const refuse = (call: Call, error: ApiError): Answer => errorAnswer(error, call.requestId);

/** `GET …/async-tasks/{task_id}`. */
export function showTask(call: Call): Answer {
  const { projectId, instanceId, taskId } = call.route;
  const task = call.world.tasks.get(taskId);
  if (!task || task.projectId !== projectId || task.instanceId !== instanceId) {
    return refuse(call, apiErrors.taskUnknown(taskId));
  }
  task.polls++;
  return { status: 200, body: renderTask(task, call.world.options.clock.now()) };
}

/** `POST …/openapi/async-import`. */
export async function startImport(call: Call): Promise<Answer> {
  const parsed = await parseImportRequest(call.contentType, call.body);
  if (parsed.kind === 'refused') return refuse(call, parsed.error);
  const gateway = gatewayOf(call);
  const { groupId } = parsed.order;
  if (groupId && !gateway.group(groupId)) return refuse(call, apiErrors.groupUnknown(groupId));
  const end = runImport(gateway, { ...parsed.order, successStatus: call.world.options.successStatus });
  return accept(call, 'import_api', end);
}

/** `POST …/openapi/async-export`. */
export function startExport(call: Call): Answer {
  const parsed = parseExportRequest(call.query, call.body);
  if (parsed.kind === 'refused') return refuse(call, parsed.error);
  const { order } = parsed;
  if (order.env_id !== RELEASE_ENVIRONMENT_ID) return refuse(call, apiErrors.environmentUnknown(order.env_id));
  const selection = selectApis(gatewayOf(call), order);
  if ('code' in selection) return refuse(call, selection);
  const { exportSpelling, successStatus, clock } = call.world.options;
  const result = renderExport(selection, order, { spelling: exportSpelling, nowMs: clock.now() });
  return accept(call, 'export_api', { status: successStatus, result });
}

function accept({ world, route }: Call, taskType: TaskType, end: TaskEnd): Answer {
  const { waitingMs, processingMs, clock } = world.options;
  const { projectId, instanceId } = route;
  const taskId = world.tasks.add({ projectId, instanceId, taskType, end, nowMs: clock.now(), waitingMs, processingMs });
  return json(202, { task_id: taskId });
}

/** Entrance checks have made sure that the gateway is there. */
function gatewayOf({ world, route }: Call): Gateway {
  return world.gateways.get(route.instanceId) ?? new Gateway();
}
