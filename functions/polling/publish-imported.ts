import type { ApiPublisher, PublishedApi } from '../huawei/publish.ts';
import type { FailedApi, ParsedResult } from '../tasks/result.ts';
import type { PendingTask, TaskError } from '../tasks/task.ts';
import type { Conclusion } from './conclude-task.ts';

type Over = Extract<Conclusion, { kind: 'over' }>;
type Imported = Extract<ParsedResult, { kind: 'import' }>;

/**
 * Publishes what an import has created or updated, if its start asked for it, before its result is stored. What cannot be
 * published now leaves the task pending: the next poll publishes again, which does no harm. Past the deadline it is a failure.
 */
export async function publishImported(
  publisher: Pick<ApiPublisher, 'publish'> | undefined,
  { task, over, nowMs }: { task: PendingTask; over: Over; nowMs: number },
): Promise<Over | { kind: 'later'; error: TaskError }> {
  const environmentId = task.started?.publish_to;
  const { result } = over;
  if (publisher === undefined || environmentId === undefined || result.kind !== 'import') return over;
  const apis = publishable(result);
  if (apis.length === 0) return over;
  const end = await publisher.publish(apis, environmentId, task);
  if (end.kind === 'done') return published(over, result, end);
  if (nowMs < task.deadlineAtMs) return end;
  return published(over, result, {
    published: 0,
    failures: apis.map((api) => ({ ...api, ...errorOf(end.error) }) as FailedApi),
  });
}

function publishable({ success }: Imported): PublishedApi[] {
  return success.flatMap(({ id, method, path }) => (typeof id === 'string' ? [{ id, method, path }] : []));
}

function published(over: Over, result: Imported, end: { published: number; failures: FailedApi[] }): Over {
  const isPartial = end.failures.length > 0 && over.outcome === 'succeeded';
  return {
    ...over,
    outcome: isPartial ? 'partially_succeeded' : over.outcome,
    result: { ...result, published: end.published, publish_failures: end.failures },
  };
}

function errorOf({ code, message }: TaskError): Pick<FailedApi, 'error_code' | 'error_msg'> {
  return { error_code: code, error_msg: message };
}
