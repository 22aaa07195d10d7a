import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Answer, json, send } from './answer.ts';
import type { SimulatorControl } from './control.ts';
import { bulkSchema, faultRuleSchema, groupSchema, rateLimitSchema, taskSchema } from './control-schema.ts';
import { newRequestId } from './identifier.ts';
import { readBody } from './read-body.ts';
import { fromWire, toWire } from './wire-names.ts';

/** Where the control route lives; nothing of Huawei's starts like this. */
export const CONTROL_PREFIX = '/_control/';

type Ask = { control: SimulatorControl; id: string | undefined; body: unknown };
const ok = (status: number, value: unknown): Answer => json(status, toWire(value));

function done(act: () => void): Answer {
  act();
  return json(200, {});
}

const actions: Record<string, (ask: Ask) => Answer> = {
  'POST tasks': ({ control, body }) =>
    typeof body === 'object' && body !== null && 'count' in body
      ? ok(201, control.addTasks(bulkSchema.parse(body)))
      : ok(201, { taskId: control.addTask(taskSchema.parse(body ?? {})) }),
  'GET tasks': ({ control, id = '' }) => {
    const task = control.task(id);
    return task ? ok(200, task) : ok(404, { error: `no task ${id}` });
  },
  'DELETE tasks': ({ control }) => done(() => control.clearTasks()),
  'POST faults': ({ control, body }) => ok(201, { id: control.setFault(faultRuleSchema.parse(body)) }),
  'DELETE faults': ({ control, id }) => done(() => control.clearFaults(id)),
  'POST groups': ({ control, body }) => {
    const { instanceId, ...seed } = groupSchema.parse(body);
    const groupId = control.addGroup(seed, instanceId);
    return groupId ? ok(201, { groupId }) : ok(404, { error: `no gateway ${instanceId}` });
  },
  'POST rate-limit': ({ control, body }) => {
    const { perSecond, projectId } = rateLimitSchema.parse(body);
    return done(() => control.setRateLimit(perSecond ?? undefined, projectId));
  },
  'DELETE tokens': ({ control }) => done(() => control.revokeTokens()),
  'DELETE lockouts': ({ control }) => done(() => control.clearLockouts()),
  'GET stats': ({ control }) => ok(200, control.stats()),
  'DELETE stats': ({ control }) => done(() => control.resetStats()),
  'DELETE all': ({ control }) => done(() => control.reset()),
};

/** `/_control/{what}[/{id}]`: JSON in snake_case, the same as the methods of `SimulatorControl`. */
export async function serveControl(
  control: SimulatorControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [what, id] = (request.url ?? '').slice(CONTROL_PREFIX.length).split('/');
  const action = actions[`${request.method} ${what}`];
  const answer = action ? await attempt(action, { control, id, request }) : ok(404, { error: 'no such control' });
  send(response, newRequestId(), answer);
}

type Attempt = { control: SimulatorControl; id: string | undefined; request: IncomingMessage };

async function attempt(action: (ask: Ask) => Answer, { control, id, request }: Attempt): Promise<Answer> {
  try {
    const text = String((await readBody(request)) ?? '');
    return action({ control, id, body: text === '' ? undefined : fromWire(JSON.parse(text)) });
  } catch (error) {
    if (error instanceof z.ZodError) return ok(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError) return ok(400, { error: 'the body is not JSON' });
    throw error;
  }
}
