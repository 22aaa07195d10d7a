import { type Answer, json } from './answer.ts';
import type { SimulatorControl } from './control.ts';
import { bulkSchema, faultRuleSchema, groupSchema, rateLimitSchema, taskSchema } from './control-schema.ts';
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
