import { OUTCOMES, type Outcome } from '../names.ts';
import { listPending } from '../stores/list-pending.ts';
import { InvalidCursorError } from '../tasks/cursor.ts';
import type { TaskFilter } from '../tasks/filter.ts';
import type { Page, PageRequest } from '../tasks/ports.ts';
import { jsonResponse, type RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { isUnchanged, weakEtag } from './etag.ts';
import { invalid, validQuery } from './read-request.ts';
import { type ListQuery, listQuerySchema, type StatsQuery, sinceMs } from './request-schemas.ts';
import { type ListedView, nextPollAtMs, type PendingView, viewListed, viewPending } from './task-view.ts';

/** Tasks on a page where the query names no `limit`. */
export const DEFAULT_LIMIT = 20;

type Listed = PendingView | ListedView;

/** `GET /tasks`: the pending tasks newest first, then the final ones newest first. */
export function listTasksRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const query = validQuery(listQuerySchema, event);
    const limit = Number(query.limit ?? DEFAULT_LIMIT);
    const page =
      query.order === 'attention'
        ? await readAttention(deps, query, limit)
        : await readPage(deps, query, { ...startOf(query), limit });
    const next = page.next === undefined ? {} : { next_cursor: encodeCursor(page.next) };
    const body = { items: page.items, ...next };
    // An estimate that moves by itself would make every answer a new one.
    const etag = weakEtag(body, ['next_poll_at']);
    if (isUnchanged(event, etag)) return { statusCode: 304, headers: { etag, 'cache-control': 'no-store' } };
    return jsonResponse(200, body, { etag });
  };
}

const TROUBLED: readonly Outcome[] = OUTCOMES.filter((outcome) => outcome !== 'succeeded');

/**
 * What a person looks at first, on one page: final tasks that did not succeed (of these alone `since` is asked), then
 * pending ones, each two fifths of `limit` at most, then final ones that succeeded.
 */
async function readAttention(deps: TasksApiDeps, query: ListQuery, limit: number): Promise<TaskPage> {
  const wrong = (['state', 'outcome', 'cursor'] as const).find((name) => query[name] !== undefined);
  if (wrong !== undefined) throw invalid([{ parameter: wrong, detail: 'cannot be combined with order=attention' }]);
  const { since: _, ...always } = query;
  const share = Math.ceil((limit * 2) / 5);
  const [troubled, pending, succeeded] = await Promise.all([
    readFinal(deps, { ...query, outcome: TROUBLED.join(',') }, { state: 'final', limit: share }),
    readPending(deps, always, { state: 'pending', limit: share }),
    readFinal(deps, { ...always, outcome: 'succeeded' }, { state: 'final', limit }),
  ]);
  const final = [...troubled.items, ...succeeded.items];
  const items = [...troubled.items, ...withoutSettled(pending.items, final), ...succeeded.items];
  return { items: items.slice(0, limit) };
}

/** A task that settled between two reads is shown once, as what it is now. */
function withoutSettled(pending: Listed[], final: Listed[]): Listed[] {
  const settled = new Set(final.map((item) => item.task_id));
  return pending.filter((item) => !settled.has(item.task_id));
}

function startOf({ state, outcome, cursor }: ListQuery): ListPosition {
  if (state === 'pending' && outcome !== undefined) {
    throw invalid([
      { parameter: 'outcome', detail: 'cannot be combined with state=pending: only final tasks have an outcome' },
    ]);
  }
  const first = state ?? (outcome === undefined ? 'pending' : 'final');
  if (cursor === undefined) return { state: first };
  const position = decodeCursor(cursor);
  const fits = position.state === first || (state === undefined && position.state === 'final');
  if (!fits) throw badCursor();
  return position;
}

type Start = ListPosition & { limit: number };
type TaskPage = { items: Listed[]; next?: ListPosition };

async function readPage(deps: TasksApiDeps, query: ListQuery, start: Start): Promise<TaskPage> {
  if (start.state === 'final') return readFinal(deps, query, start);
  const page = await readPending(deps, query, start);
  if (page.next !== undefined || query.state === 'pending') return page;
  const room = start.limit - page.items.length;
  if (room === 0) return { ...page, next: { state: 'final' } };
  const rest = await readFinal(deps, query, { state: 'final', limit: room });
  return { ...rest, items: [...withoutSettled(page.items, rest.items), ...rest.items] };
}

async function readPending(deps: TasksApiDeps, query: ListQuery, start: Start): Promise<TaskPage> {
  const page = await orBadCursor(() => listPending(deps.pending, filterOf(deps, query), pageOf(start)));
  return toTaskPage(page, 'pending', (task) => viewPending(task, nextPollAtMs(deps, task)));
}

async function readFinal(deps: TasksApiDeps, query: ListQuery, start: Start): Promise<TaskPage> {
  const outcomes = query.outcome?.split(',') as Outcome[] | undefined;
  const filter = { ...filterOf(deps, query), ...(outcomes && { outcomes }) };
  const page = await orBadCursor(() => deps.results.list(filter, pageOf(start)));
  return toTaskPage(page, 'final', viewListed);
}

function toTaskPage<T>(page: Page<T>, state: ListPosition['state'], view: (item: T) => Listed): TaskPage {
  const items = page.items.map(view);
  return page.nextCursor === undefined ? { items } : { items, next: { state, inner: page.nextCursor } };
}

/** What a query asks of tasks, but for state and outcome. */
export function filterOf({ clock }: Pick<TasksApiDeps, 'clock'>, query: StatsQuery): TaskFilter {
  const { label, instance_id: instanceId, profile, task_type: taskType, group_id: groupId, since } = query;
  const from = since === undefined ? undefined : sinceMs(since, clock.now());
  return {
    ...(label !== undefined && { label }),
    ...(instanceId !== undefined && { instanceId }),
    ...(profile !== undefined && { profile }),
    ...(taskType !== undefined && { taskType }),
    ...(groupId !== undefined && { groupId }),
    ...(from !== undefined && { sinceMs: from }),
  };
}

function pageOf({ limit, inner }: Start): PageRequest {
  return { limit, ...(inner === undefined ? {} : { cursor: inner }) };
}

async function orBadCursor<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InvalidCursorError) throw badCursor();
    throw error;
  }
}

/** Where a listing goes on: in which of the two tables, and where in it (from its start without `inner`). */
type ListPosition = { state: 'pending' | 'final'; inner?: string };

/** Opaque to clients. */
function encodeCursor({ state, inner = '' }: ListPosition): string {
  return Buffer.from(`${state === 'pending' ? 'p' : 'f'}${inner}`).toString('base64url');
}

/** Throws a 400 for what `encodeCursor` cannot have made. What is inside `inner` is for the store to judge. */
function decodeCursor(cursor: string): ListPosition {
  const text = Buffer.from(cursor, 'base64url').toString();
  const kind = text.charAt(0);
  if ((kind !== 'p' && kind !== 'f') || Buffer.from(text).toString('base64url') !== cursor) throw badCursor();
  const inner = text.slice(1);
  return { state: kind === 'p' ? 'pending' : 'final', ...(inner === '' ? {} : { inner }) };
}

/** The 400 for a cursor that was not given by this API. */
function badCursor() {
  return invalid([
    { parameter: 'cursor', detail: 'must be the next_cursor of the previous page, with the same filters' },
  ]);
}
