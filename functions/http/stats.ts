import type * as z from 'zod/mini';
import { matchesPending, type TaskFilter } from '../tasks/filter.ts';
import type { PendingTaskStore } from '../tasks/ports.ts';
import { type LabelStats, type RecentEnd, readStats, type Stats } from '../tasks/stats.ts';
import { jsonResponse, type RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { filterOf } from './list-tasks.ts';
import { validQuery } from './read-request.ts';
import { statsQuerySchema } from './request-schemas.ts';
import type { recentEndSchema, statsLabelSchema, statsSchema } from './response-schemas.ts';

/** `GET /stats`: what the newest results say together, and how many tasks are pending. */
export function statsRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const { since, ...query } = validQuery(statsQuerySchema, event);
    const filter = filterOf(deps, { ...query, ...(since !== undefined && { since }) });
    const { sinceMs: _, ...pendingFilter } = filter;
    const [stats, pending] = await Promise.all([
      readStats(deps.results, filter),
      countPending(deps.pending, pendingFilter),
    ]);
    return jsonResponse(200, { ...viewStats(stats), pending, ...sinceMember(filter) });
  };
}

async function countPending(pending: Pick<PendingTaskStore, 'scan'>, filter: TaskFilter): Promise<number> {
  let count = 0;
  for await (const page of pending.scan({ segment: 0, totalSegments: 1 })) {
    count += page.filter((task) => matchesPending(task, filter)).length;
  }
  return count;
}

function sinceMember({ sinceMs }: TaskFilter): { since?: string } {
  return sinceMs === undefined ? {} : { since: toIso(sinceMs) };
}

type StatsView = Omit<z.infer<typeof statsSchema>, 'pending' | 'since'>;

function viewStats({ counted, isComplete, oldestAtMs, outcomes, labels, omittedLabels, recent }: Stats): StatsView {
  return {
    counted,
    is_complete: isComplete,
    ...(oldestAtMs !== undefined && { oldest_at: toIso(oldestAtMs) }),
    outcomes,
    labels: labels.map(viewLabel),
    omitted_labels: omittedLabels,
    recent: recent.map(viewEnd),
  };
}

function viewLabel({ label, count, succeeded, p50Ms, p95Ms, newest }: LabelStats): z.infer<typeof statsLabelSchema> {
  return {
    ...(label !== undefined && { label }),
    count,
    success_rate: succeeded / count,
    ...(p50Ms !== undefined && { p50_seconds: p50Ms / 1_000 }),
    ...(p95Ms !== undefined && { p95_seconds: p95Ms / 1_000 }),
    newest: viewEnd(newest),
  };
}

function viewEnd({ taskId, outcome, completedAtMs, durationMs }: RecentEnd): z.infer<typeof recentEndSchema> {
  const seconds = durationMs === undefined ? {} : { seconds: durationMs / 1_000 };
  return { task_id: taskId, outcome, completed_at: toIso(completedAtMs), ...seconds };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
