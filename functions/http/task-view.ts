import type * as z from 'zod/mini';
import type { ParsedResult, TaskResult } from '../tasks/result.ts';
import type { PendingTask, TaskError, TaskIdentity } from '../tasks/task.ts';
import type { finalTaskSchema, listedResultSchema, pendingTaskSchema, taskErrorSchema } from './response-schemas.ts';

export type PendingView = z.infer<typeof pendingTaskSchema>;
export type FinalView = z.infer<typeof finalTaskSchema>;
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
    const { content, file, ...known } = result;
    const hasDocument = content !== undefined || file !== undefined;
    return {
      ...known,
      ...(file === undefined ? {} : viewFile(file)),
      ...(hasDocument ? { definition_url: `/tasks/${taskId}/definition` } : {}),
    };
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
