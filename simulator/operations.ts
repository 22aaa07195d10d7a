import { RELEASE_ENVIRONMENT_ID } from './defaults.ts';
import { type ApiError, apiErrors, errorAnswer } from './errors.ts';
import { parseExportRequest, renderExport, selectApis } from './export.ts';
import { Gateway, type Group } from './gateway.ts';
import { type Answer, json } from './http.ts';
import { parseImportRequest } from './import-request.ts';
import { publish } from './publish.ts';
import type { Route, RouteName } from './route.ts';
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

/** What each route of a gateway does. */
export const OPERATIONS: Record<Exclude<RouteName, 'token' | 'projects'>, (call: Call) => Answer | Promise<Answer>> = {
  task: showTask,
  import: startImport,
  export: startExport,
  groups: listGroups,
  publish: publishMany,
};

const refuse = (call: Call, error: ApiError): Answer => errorAnswer(error, call.requestId);

/** `GET …/async-tasks/{task_id}`. */
function showTask(call: Call): Answer {
  const { projectId, instanceId, taskId } = call.route;
  const task = call.world.tasks.get(taskId);
  if (!task || task.projectId !== projectId || task.instanceId !== instanceId) {
    return refuse(call, apiErrors.taskUnknown(taskId));
  }
  task.polls++;
  return { status: 200, body: renderTask(task, call.world.options.clock.now()) };
}

/** `POST …/openapi/async-import`. */
async function startImport(call: Call): Promise<Answer> {
  const order = await parseImportRequest(call.contentType, call.body);
  if ('code' in order) return refuse(call, order);
  const { clock, successStatus, maxFileBytes } = call.world.options;
  if (Buffer.byteLength(order.text) > maxFileBytes) return refuse(call, apiErrors.fileTooLong());
  const gateway = gatewayOf(call);
  const { groupId } = order;
  if (groupId && !gateway.group(groupId)) return refuse(call, apiErrors.groupUnknown(groupId));
  return accept(call, 'import_api', () => runImport(gateway, order, { nowMs: clock.now(), successStatus }));
}

/** `POST …/openapi/async-export`. */
function startExport(call: Call): Answer {
  const order = parseExportRequest(call.query, call.body);
  if ('code' in order) return refuse(call, order);
  if (order.env_id !== RELEASE_ENVIRONMENT_ID) return refuse(call, apiErrors.environmentUnknown(order.env_id));
  const selection = selectApis(gatewayOf(call), order);
  if ('code' in selection) return refuse(call, selection);
  const { exportSpelling: spelling, successStatus: status, clock } = call.world.options;
  return accept(call, 'export_api', () => ({
    status,
    result: renderExport(selection, order, { spelling, nowMs: clock.now() }),
  }));
}

function accept(call: Call, taskType: TaskType, run: () => TaskEnd): Answer {
  const { tasks, options } = call.world;
  const { waitingMs, processingMs, clock, isOneTaskAtATime } = options;
  const { projectId, instanceId } = call.route;
  const nowMs = clock.now();
  if (isOneTaskAtATime && tasks.isBusy(instanceId, nowMs)) return refuse(call, apiErrors.instanceBusy());
  const task_id = tasks.add({ projectId, instanceId, taskType, end: run(), nowMs, waitingMs, processingMs });
  return json(202, { task_id });
}

/** `GET …/api-groups`: names that contain `name`, or with `precise_search=name` are it. */
function listGroups(call: Call): Answer {
  const query = new URLSearchParams(call.query);
  const name = query.get('name') ?? '';
  const isExact = query.get('precise_search')?.split(',').includes('name');
  const found = gatewayOf(call)
    .groups()
    .filter((group) => (isExact ? group.name === name : group.name.includes(name)));
  const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 20)];
  const groups = found.slice(offset, offset + limit).map(viewGroup);
  return json(200, { groups, size: groups.length, total: found.length });
}

/** Huawei's times have no fraction of a second. */
function viewGroup({ id, name, registeredAtMs }: Omit<Group, 'apis'>): object {
  const register_time = `${new Date(registeredAtMs).toISOString().slice(0, 19)}Z`;
  const sl_domain = `${id}.apic.example.com`;
  const about = { remark: '', status: 1, on_sell_status: 2, is_default: 2, version: 'V2', url_domains: [] };
  return { id, name, register_time, update_time: register_time, sl_domain, sl_domains: [sl_domain], ...about };
}

/** `POST …/apis/publish`. */
function publishMany(call: Call): Answer {
  const { query, body } = call;
  const published = publish(gatewayOf(call), query, { body, nowMs: call.world.options.clock.now() });
  return 'code' in published ? refuse(call, published) : json(200, published);
}

/** Entrance checks have made sure that the gateway is there. */
function gatewayOf({ world, route }: Call): Gateway {
  return world.gateways.get(route.instanceId) ?? new Gateway();
}
