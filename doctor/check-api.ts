import * as z from 'zod/mini';
import { parseJson } from '../functions/tasks/json.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { lineOf } from '../functions/tasks/safe-text.ts';
import { type Finding, fail, ok, warn } from './check.ts';
import { nameNetworkError } from './explain-error.ts';

/** The API to ask, and what to do where it runs: when it is down, when it refuses the key, and to see what it says itself. */
export type ApiCheck = { url: string; key: string | undefined; clock: Clock; hints: ApiHints };

type ApiHints = { whenDown: string; whenRefused: string; log: string };

const TIMEOUT_MS = 15_000;
/** A task past its deadline is ended by the next sweep; this much later, there is no next sweep. */
const OVERDUE_MS = 5 * 60_000;
const PAGE = 100;
/** So many tasks are named, where more have the same trouble. */
const NAMED = 3;

const pageSchema = z.object({
  items: z.array(
    z.object({
      task_id: z.string(),
      deadline_at: z.string(),
      last_error: z.optional(z.object({ code: z.string() })),
    }),
  ),
  next_cursor: z.optional(z.string()),
});

/** Health, the API key, and whether pending tasks are looked after. */
export async function checkApi(api: ApiCheck): Promise<Finding[]> {
  const health = await get(api, '/health');
  if (health.kind === 'failed') return [fail('api', `${api.url}/health: ${health.why}`, api.hints.whenDown)];
  if (health.status !== 200) {
    return [fail('api', `${api.url}/health answers ${health.status}`, `${api.hints.log}; ${api.hints.whenDown}`)];
  }
  return [ok('api', `${api.url} is healthy`), ...(await checkTasks(api))];
}

async function checkTasks(api: ApiCheck): Promise<Finding[]> {
  if (api.key === undefined) return [warn('api key', 'no key to try', 'set API_KEY to one of yours')];
  const answer = await get(api, `/tasks?state=pending&limit=${PAGE}`);
  if (answer.kind === 'failed') return [fail('api key', `GET /tasks: ${answer.why}`, 'run the doctor again')];
  if (answer.status === 401) return [fail('api key', 'refused', api.hints.whenRefused)];
  if (answer.status === 403) return [warn('api key', 'accepted, but it may not read', 'set API_KEY to one that may')];
  const page = pageSchema.safeParse(answer.body);
  if (answer.status !== 200 || !page.success) {
    return [fail('api key', `GET /tasks answers ${answer.status}`, api.hints.log)];
  }
  return [ok('api key', 'accepted'), judgePending(page.data, api.clock.now())];
}

function judgePending({ items, next_cursor }: z.infer<typeof pageSchema>, nowMs: number): Finding {
  const name = 'pending tasks';
  const count = `${items.length}${next_cursor === undefined ? '' : ' or more'}`;
  const overdue = items.filter(({ deadline_at }) => Date.parse(deadline_at) + OVERDUE_MS < nowMs).length;
  if (overdue > 0) {
    return fail(name, `${overdue} of ${count} are past their deadline`, 'the poller is not running: read its log');
  }
  const troubled = items.flatMap(({ task_id, last_error }) => (last_error ? [`${task_id} ${last_error.code}`] : []));
  if (troubled.length === 0) return ok(name, count);
  const named = troubled.slice(0, NAMED).map((task) => lineOf(task, 120));
  const rest = troubled.length > named.length ? ', …' : '';
  const message = `${troubled.length} of ${count} have a last_error: ${named.join(', ')}${rest}`;
  return warn(name, message, 'read it in GET /tasks/{task_id}');
}

type Got = { kind: 'answer'; status: number; body: unknown } | { kind: 'failed'; why: string };

async function get({ url, key }: ApiCheck, path: string): Promise<Got> {
  try {
    const response = await fetch(`${url}${path}`, {
      headers: path === '/health' || key === undefined ? {} : { authorization: `Bearer ${key}` },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { kind: 'answer', status: response.status, body: parseJson(text) };
  } catch (error) {
    return { kind: 'failed', why: nameNetworkError(error) };
  }
}
