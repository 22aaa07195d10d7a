import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { SimulatorControl } from './control.ts';
import { ACTIONS, type Action, answer } from './control-actions.ts';
import { type Answer, readBody, send } from './http.ts';
import { newRequestId } from './identifier.ts';

/** Where the control route lives; nothing of Huawei's starts like this. */
const PREFIX = '/_control';

/** Whether a request is for the control route, and not for what stands in for Huawei Cloud. */
export function isControl(url: string | undefined): boolean {
  const [path = ''] = (url ?? '').split('?', 1);
  return path === PREFIX || path.startsWith(`${PREFIX}/`);
}

/** What there is: the answer to `GET /_control`. */
const ROUTES = {
  routes: Object.entries(ACTIONS).map(([name, { does }]) => `${name.replace(' ', ` ${PREFIX}/`)}: ${does}`),
  more: 'docs/simulator.md',
};

/** `/_control/{what}[/{id}]`: JSON in snake_case, the same as the methods of `SimulatorControl`. */
export async function serveControl(
  control: SimulatorControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  send(response, newRequestId(), await answerTo(path.slice(PREFIX.length + 1), { control, request }));
}

type Attempt = { control: SimulatorControl; request: IncomingMessage };

async function answerTo(below: string, { control, request }: Attempt): Promise<Answer> {
  if (below === '' && request.method === 'GET') return answer(200, ROUTES);
  const [, what = '', id] = /^([^/]*)(?:\/([^/]+))?$/.exec(below) ?? [];
  const action = ACTIONS[`${request.method} ${what}${id === undefined ? '' : '/{id}'}`];
  if (!action) return answer(404, { error: `no such control: GET ${PREFIX} lists all` });
  return attempt(action, { control, id: id ?? '', request });
}

async function attempt(action: Action, { control, id, request }: Attempt & { id: string }): Promise<Answer> {
  try {
    const text = String((await readBody(request)) ?? '');
    return action.run({ control, id, body: text === '' ? undefined : JSON.parse(text) });
  } catch (error) {
    if (error instanceof z.ZodError) return answer(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError) return answer(400, { error: 'the body is not JSON' });
    throw error;
  }
}
