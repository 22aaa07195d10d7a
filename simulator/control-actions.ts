import * as z from 'zod';
import type { SimulatorControl } from './control.ts';
import { type Answer, json } from './http.ts';
import { ROUTE_NAMES } from './route.ts';
import { fromWire, toWire } from './wire-names.ts';

/** What a request of the control route asks for: `id` where the action's route has one, and the body as it was sent. */
export type Ask = { control: SimulatorControl; id: string; body: unknown };

/** One thing that the control route does, and in words what that is. */
export type Action = { does: string; run(ask: Ask): Answer };

/** A JSON answer with the wire's names. */
export const answer = (status: number, value: unknown): Answer => json(status, toWire(value));

function done(act: () => void): Answer {
  act();
  return json(200, {});
}

const removed = (isDone: boolean, missing: string): Answer =>
  isDone ? json(200, {}) : answer(404, { error: missing });

/** Every action, by method and path below `/_control/`; docs/simulator.md has them with their fields. */
export const ACTIONS: Record<string, Action> = {
  'POST tasks': {
    does: 'adds a task, or several with "count": ending, waiting_ms, processing_ms, task_type, …',
    run: ({ control, body }) =>
      typeof body === 'object' && body !== null && 'count' in body
        ? answer(201, control.addTasks(fromWire(bulkSchema.parse(body))))
        : answer(201, { taskId: control.addTask(fromWire(taskSchema.parse(body ?? {}))) }),
  },
  'GET tasks/{id}': {
    does: 'shows the state of a task and how often it was polled',
    run: ({ control, id }) => {
      const task = control.task(id);
      return task ? answer(200, task) : answer(404, { error: `no task ${id}` });
    },
  },
  'DELETE tasks': { does: 'forgets all tasks', run: ({ control }) => done(() => control.clearTasks()) },
  'DELETE tasks/{id}': {
    does: 'forgets one task',
    run: ({ control, id }) => removed(control.removeTask(id), `no task ${id}`),
  },
  'POST faults': {
    does: 'injects a fault into requests that match: error, latency, hang, reset, truncated, not_json, huge',
    run: ({ control, body }) => answer(201, { id: control.setFault(fromWire(faultRuleSchema.parse(body))) }),
  },
  'DELETE faults': { does: 'removes all faults', run: ({ control }) => done(() => control.clearFaults()) },
  'DELETE faults/{id}': {
    does: 'removes one fault',
    run: ({ control, id }) => removed(control.removeFault(id), `no fault ${id}: it is used up or never existed`),
  },
  'POST groups': {
    does: 'adds a group full of APIs, for exports',
    run: ({ control, body }) => {
      const { instanceId, ...seed } = fromWire(groupSchema.parse(body));
      const groupId = control.addGroup(seed, instanceId);
      return groupId ? answer(201, { groupId }) : answer(404, { error: `no gateway ${instanceId}` });
    },
  },
  'POST rate-limit': {
    does: 'answers 429 above per_second requests; null removes the limit',
    run: ({ control, body }) => {
      const { perSecond, projectId } = fromWire(rateLimitSchema.parse(body));
      return done(() => control.setRateLimit(perSecond ?? undefined, projectId));
    },
  },
  'POST conflicts': {
    does: 'with "enabled": true, answers 409 APIG.3718 to a start while another task of the gateway runs',
    run: ({ control, body }) => done(() => control.setOneTaskAtATime(conflictsSchema.parse(body).enabled)),
  },
  'DELETE tokens': { does: 'revokes every IAM token', run: ({ control }) => done(() => control.revokeTokens()) },
  'DELETE lockouts': {
    does: 'forgets wrong passwords and signatures',
    run: ({ control }) => done(() => control.clearLockouts()),
  },
  'GET stats': { does: 'counts requests by route and status', run: ({ control }) => answer(200, control.stats()) },
  'DELETE stats': { does: 'resets the counters', run: ({ control }) => done(() => control.resetStats()) },
  'DELETE all': {
    does: 'forgets tasks, faults, limits, lock-outs and counts',
    run: ({ control }) => done(() => control.reset()),
  },
};

const name = z.string().min(1).max(64);
const ms = z.number().nonnegative();
const common = {
  project_id: name.exactOptional(),
  instance_id: name.exactOptional(),
  task_type: z.enum(['import_api', 'export_api']).exactOptional(),
  ending: z.enum(['success', 'partial', 'failure', 'never']).exactOptional(),
  document_bytes: z.int().nonnegative().exactOptional(),
  task_status: z.string().exactOptional(),
  task_result: z.string().exactOptional(),
};

/** One task. All schemas have the wire's names, so that what they complain of is what was sent. */
const taskSchema = z.strictObject({
  ...common,
  task_id: name.exactOptional(),
  waiting_ms: ms.exactOptional(),
  processing_ms: ms.exactOptional(),
});

/** Many tasks: recognised by `count`. */
const bulkSchema = z.strictObject({
  ...common,
  count: z.int().positive().max(1_000_000),
  prefix: z.string().max(56).exactOptional(),
  min_duration_ms: ms.exactOptional(),
  max_duration_ms: ms.exactOptional(),
});

const groupSchema = z.strictObject({
  group_id: name.exactOptional(),
  instance_id: name.exactOptional(),
  name: z.string().min(3),
  apis: z.int().nonnegative().max(1_000),
  description_bytes: z.int().nonnegative().exactOptional(),
});

const rateLimitSchema = z.strictObject({
  project_id: name.exactOptional(),
  per_second: z.number().positive().nullable(),
});

const conflictsSchema = z.strictObject({ enabled: z.boolean() });

const effect = { takes_effect: z.boolean().exactOptional() };
const faultRuleSchema = z.strictObject({
  fault: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('error'),
      status: z.int().min(400).max(599),
      code: z.string().exactOptional(),
      message: z.string().exactOptional(),
      retry_after_s: z.number().nonnegative().exactOptional(),
      ...effect,
    }),
    z.strictObject({ kind: z.literal('latency'), ms, ...effect }),
    z.strictObject({ kind: z.literal('hang'), ...effect }),
    z.strictObject({ kind: z.literal('reset'), ...effect }),
    z.strictObject({ kind: z.literal('truncated') }),
    z.strictObject({ kind: z.literal('not_json'), body: z.string().exactOptional() }),
    z.strictObject({ kind: z.literal('huge'), bytes: z.int().positive() }),
  ]),
  match: z
    .strictObject({
      route: z.enum(ROUTE_NAMES).exactOptional(),
      task_id: name.exactOptional(),
      project_id: name.exactOptional(),
    })
    .exactOptional(),
  times: z.int().positive().exactOptional(),
});
