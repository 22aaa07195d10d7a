import type * as z from 'zod/mini';
import type { ParsedResult, TaskResult } from '../tasks/result.ts';
import type { PendingTask, TaskError, TaskIdentity } from '../tasks/task.ts';
import type { TasksApiDeps } from './deps.ts';
import type { finalTaskSchema, listedResultSchema, pendingTaskSchema, taskErrorSchema } from './response-schemas.ts';

export type PendingView = z.infer<typeof pendingTaskSchema>;
type FinalView = z.infer<typeof finalTaskSchema>;
export type ListedView = z.infer<typeof listedResultSchema>;
export type TaskView = PendingView | FinalView;

/** A pending task as the API shows it. Its status is the last one seen in this process, else `waiting`. */
export function viewPending(task: PendingTask, nextPollAtMs: number): PendingView {
  return {
    ...viewIdentity(task, task.registeredAtMs),
    state: 'pending',
    status: task.status ?? 'waiting',
    deadline_at: toIso(task.deadlineAtMs),
    next_poll_at: toIso(nextPollAtMs),
    ...(task.lastError === undefined ? {} : { last_error: viewError(task.lastError) }),
  };
}

/** A final task as listings show it. */
export function viewListed(result: TaskResult): ListedView {
  const { taskType, taskStatus, polls, error, deliveries } = result;
  return {
    ...viewIdentity(result, result.registeredAtMs),
    state: 'final',
    outcome: result.outcome,
    ...(taskType === undefined ? {} : { task_type: taskType }),
    ...(taskStatus === undefined ? {} : { task_status: taskStatus }),
    completed_at: toIso(result.completedAtMs),
    ...(polls === undefined ? {} : { polls }),
    summary: result.summary,
    ...(error === undefined ? {} : { error: viewError(error) }),
    ...(deliveries === undefined ? {} : { deliveries }),
    expires_at: toIso(result.expiresAtS * 1000),
  };
}

/** A final task with its result. Keys of the file store stay inside; an export says where its document is. */
export function viewFinal(result: TaskResult): FinalView {
  return { ...viewListed(result), result: viewResult(result.taskId, result.result) };
}

function viewResult(taskId: string, result: ParsedResult): FinalView['result'] {
  if (result.kind === 'export') {
    // The document itself is always in a file.
    const { content: _, file, ...known } = result;
    if (file === undefined) return known;
    return { ...known, ...viewFile(file), definition_url: `/tasks/${taskId}/definition` };
  }
  if (result.kind === 'stored') {
    const { file, ...known } = result;
    return { ...known, ...viewFile(file) };
  }
  return result;
}

function viewFile({ media_type, size_bytes, sha256 }: { media_type: string; size_bytes: number; sha256: string }) {
  return { media_type, size_bytes, sha256 };
}

function viewIdentity(task: TaskIdentity, registeredAtMs: number) {
  const callback = URL.parse(task.callbackUrl ?? '');
  return {
    task_id: task.taskId,
    instance_id: task.instanceId,
    project_id: task.projectId,
    profile: task.profile,
    ...(task.label === undefined ? {} : { label: task.label }),
    ...(callback === null ? {} : { callback_origin: callback.origin }),
    registered_at: toIso(registeredAtMs),
  };
}

function viewError(error: TaskError): z.infer<typeof taskErrorSchema> {
  return {
    code: error.code,
    message: error.message,
    ...(error.requestId === undefined ? {} : { request_id: error.requestId }),
    ...(error.httpStatus === undefined ? {} : { http_status: error.httpStatus }),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * When Huawei Cloud is probably asked next (epoch milliseconds): at the task's next point, or at its deadline where that
 * comes first. An estimate, for the poller may have learned a better point.
 */
export function nextPollAtMs({ schedule, clock }: Pick<TasksApiDeps, 'schedule' | 'clock'>, task: PendingTask): number {
  const nowMs = clock.now();
  const pointMs = schedule.nextPollAt(task, nowMs);
  return task.deadlineAtMs > nowMs ? Math.min(pointMs, task.deadlineAtMs) : pointMs;
}

/** The header that says in how many seconds a pending task is polled next: there is nothing new before. */
export function retryAfter({ clock }: Pick<TasksApiDeps, 'clock'>, nextPollAtMs: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil((nextPollAtMs - clock.now()) / 1000))) };
}
