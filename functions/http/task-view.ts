import type * as z from 'zod/mini';
import { type HelpContext, helpMember } from '../tasks/codes.ts';
import { helpAfter, helpContext } from '../tasks/help.ts';
import type { FailedApi, ParsedResult, TaskResult } from '../tasks/result.ts';
import type { HeardAnswer, PendingTask, StartedFacts, TaskError, TaskIdentity } from '../tasks/task.ts';
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
    ...(task.taskType === undefined ? {} : { task_type: task.taskType }),
    status: task.status ?? 'waiting',
    ...viewAnswers(task.answers),
    deadline_at: toIso(task.deadlineAtMs),
    next_poll_at: toIso(nextPollAtMs),
    ...(task.lastError === undefined ? {} : { last_error: viewError(task.lastError, { profile: task.profile }) }),
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
    ...(result.firstFailure && { first_failure: withFailureHelp(result.firstFailure, helpContext(result)) }),
    ...(error === undefined ? {} : { error: viewError(error, helpContext(result)) }),
    ...viewHelp(result),
    ...(deliveries === undefined ? {} : { deliveries }),
    expires_at: toIso(result.expiresAtS * 1000),
  };
}

/** A final task with its result. Keys of the file store stay inside; an export says where its document is. */
export function viewFinal(result: TaskResult): FinalView {
  return { ...viewListed(result), ...viewAnswers(result.answers), result: viewResult(result.taskId, withHelp(result)) };
}

function viewAnswers(answers: readonly HeardAnswer[] | undefined): Pick<FinalView, 'answers'> {
  if (answers === undefined) return {};
  return { answers: answers.map(({ taskStatus, atMs }) => ({ task_status: taskStatus, at: toIso(atMs) })) };
}

/** What to do about the outcome, in sentences. */
function viewHelp(result: TaskResult): { help?: string } {
  const sentences = helpAfter(result, `/tasks/${result.taskId}`);
  return sentences.length === 0 ? {} : { help: sentences.join(' ') };
}

type Failure = Extract<ParsedResult, { kind: 'failure' }>;

/** The result, each failure in which says what helps. */
function withHelp(task: TaskResult): ParsedResult | (Failure & { help?: string }) {
  const { result } = task;
  const context = helpContext(task);
  const explained = (failures: FailedApi[], more: HelpContext = {}) =>
    failures.map((one) => withFailureHelp(one, { ...context, ...more }));
  if (result.kind === 'failure') return { ...result, ...helpMember(result.error_code, context) };
  if (result.kind === 'stored') return { ...result, ...(result.failure && { failure: explained(result.failure) }) };
  if (result.kind !== 'import') return result;
  const { failure, publish_failures } = result;
  return {
    ...result,
    failure: explained(failure),
    ...(publish_failures && { publish_failures: explained(publish_failures, { call: 'publish' }) }),
  };
}

function withFailureHelp(failure: FailedApi, context: HelpContext): FailedApi {
  return { ...failure, ...helpMember(failure.error_code, context) };
}

function viewResult(taskId: string, result: ReturnType<typeof withHelp>): FinalView['result'] {
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
    ...(task.context === undefined ? {} : { context: task.context }),
    ...(task.groupName === undefined ? {} : { group_name: task.groupName }),
    ...(task.watch === undefined ? {} : { watch: task.watch }),
    ...(callback === null ? {} : { callback_origin: callback.origin }),
    ...viewStarted(task.started),
    registered_at: toIso(registeredAtMs),
    ...(task.registeredBy === undefined ? {} : { registered_by: task.registeredBy }),
  };
}

/** Without the type of the task, which stands elsewhere. */
function viewStarted(started: StartedFacts | undefined) {
  if (started === undefined) return {};
  const { task_type: _, ...facts } = started;
  return facts;
}

function viewError(error: TaskError, context: HelpContext): z.infer<typeof taskErrorSchema> {
  return {
    code: error.code,
    message: error.message,
    ...(error.requestId === undefined ? {} : { request_id: error.requestId }),
    ...(error.httpStatus === undefined ? {} : { http_status: error.httpStatus }),
    ...helpMember(error.code, context),
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
