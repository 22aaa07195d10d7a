import middy from '@middy/core';
import type { StartEnd, Starts } from '../starts/starts.ts';
import { type HelpContext, helpFor, helpMember } from '../tasks/codes.ts';
import { UnreadableStartError } from '../tasks/errors.ts';
import type { TaskError } from '../tasks/task.ts';
import { bearerAuth, callerOf, noteChange } from './access.ts';
import type { ApiEvent, ApiResponse } from './api-event.ts';
import type { RegistrationDeps } from './deps.ts';
import type { TaskRoute } from './handler.ts';
import { HttpProblem } from './problem.ts';
import { jsonBody } from './read-request.ts';
import { answerRegistered, pendingRegistration } from './register-task.ts';
import { type ReadStart, readExport, readImport } from './start-requests.ts';
import { viewFinal } from './task-view.ts';

/** What the routes that start something need beside the rest. */
export type StartDeps = RegistrationDeps & { starts: Pick<Starts, 'start'> };

/** The routes that start something: those of a function of its own, and on one machine of the whole API. */
export function createStartRoutes(deps: StartDeps): TaskRoute[] {
  const keyed = (read: typeof readImport) =>
    middy<ApiEvent, ApiResponse>(async (event: ApiEvent) => start(deps, event, await read(deps, event))).use(
      bearerAuth(deps.apiKeys, 'start'),
    );
  return [
    { method: 'POST', path: '/imports', handler: keyed(readImport) },
    { method: 'POST', path: '/exports', handler: keyed(readExport).use(jsonBody()) },
  ];
}

async function start(deps: StartDeps, event: ApiEvent, { request, warnings }: ReadStart): Promise<ApiResponse> {
  const end = await deps.starts.start(request).catch((error: unknown) => unreadable(error, deps));
  if (end.kind !== 'watched') throw problemOf(end, contextOf(request));
  if (!end.isNew) return answerKnown(deps, end.taskId);
  const action = request.order.type === 'import_api' ? 'import' : 'export';
  noteChange(deps, callerOf(event), { action, task_id: end.taskId });
  const task = { ...request.task, taskId: end.taskId };
  return withWarnings(answerRegistered(deps, pendingRegistration(deps, task, 202)), warnings);
}

/** The 500 that lasts until the key expires; clients do not repeat a request that is answered with it. */
function unreadable(error: unknown, { log }: Pick<StartDeps, 'log'>): never {
  if (!(error instanceof UnreadableStartError)) throw error;
  log.error('a start cannot be read', { error: error.message });
  throw new HttpProblem(
    500,
    'What is stored of the start with this Idempotency-Key cannot be read, so whether it began is not known. Look in the Huawei Cloud console, and start again with another Idempotency-Key if it did not.',
    { kind: 'unreadable-start' },
  );
}

function withWarnings(answer: ApiResponse, warnings: string[]): ApiResponse {
  if (warnings.length === 0) return answer;
  return { ...answer, body: JSON.stringify({ ...JSON.parse(String(answer.body)), warnings }) };
}

/** The task that this request has started before. */
async function answerKnown(deps: RegistrationDeps, taskId: string): Promise<ApiResponse> {
  // In this order, because a task that ends now has its result before its row goes.
  const pending = await deps.pending.get(taskId);
  const result = await deps.results.get(taskId);
  if (result !== undefined) return answerRegistered(deps, { status: 200, task: viewFinal(result) });
  if (pending !== undefined) return answerRegistered(deps, pendingRegistration(deps, pending, 200));
  throw new HttpProblem(409, `This key has started task "${taskId}", which is not watched any more. ${WATCH_OR_NEW}`, {
    kind: 'task-not-watched',
    members: { task_id: taskId },
  });
}

const WATCH_OR_NEW = 'Register it with POST /tasks, or start again with another Idempotency-Key.';

function contextOf({ order, task }: ReadStart['request']): HelpContext {
  const call = order.type === 'import_api' ? 'import' : 'export';
  const groupId = task.started?.group_id;
  return { call, profile: task.profile, ...(groupId !== undefined && { groupId }) };
}

type Unstarted = Exclude<StartEnd, { kind: 'watched' }>;

function problemOf(end: Unstarted, context: HelpContext): HttpProblem {
  switch (end.kind) {
    case 'key_reused':
      return new HttpProblem(422, 'This Idempotency-Key belongs to another request. Use a new one for each start.', {
        kind: 'idempotency-key-reused',
      });
    case 'under_way':
      return new HttpProblem(409, 'The first request with this Idempotency-Key is under way. Repeat it in a moment.', {
        kind: 'start-under-way',
        headers: retryAfterMs(end.retryAfterMs),
      });
    case 'refused':
      return refusedProblem(end, context);
    case 'unanswered':
      return unansweredProblem(end.error, context);
    case 'unknown':
      return unknownProblem(end);
  }
}

const STATUS_OF = { request: 422, upstream: 502, busy: 503 } as const;

function refusedProblem(end: Extract<StartEnd, { kind: 'refused' }>, context: HelpContext): HttpProblem {
  const { error, blames, retryAfterMs: waitMs } = end;
  return new HttpProblem(STATUS_OF[blames], `Huawei Cloud has started nothing. ${wordsOf(error, context)}`, {
    kind: 'start-refused',
    members: membersOf(error, context),
    ...(waitMs !== undefined && { headers: retryAfterMs(waitMs) }),
  });
}

function unansweredProblem(error: TaskError, context: HelpContext): HttpProblem {
  const detail =
    'Huawei Cloud has not answered. Repeat the request with its Idempotency-Key, or look for the task later: the export is started again.';
  return new HttpProblem(statusOfLost(error), `${detail} ${wordsOf(error, context)}`, {
    kind: 'start-unanswered',
    members: membersOf(error, context),
    headers: retryAfterMs(5_000),
  });
}

function unknownProblem(end: Extract<StartEnd, { kind: 'unknown' }>): HttpProblem {
  const { error, createdAtMs, title, groupId } = end;
  const help = groupId === undefined ? helpWithoutGroup(title) : helpWithGroup(groupId);
  const detail = `Whether the import runs is not known, and it is not started again. ${error.code}: ${error.message}. ${help}`;
  const about = {
    ...(title !== undefined && { group_name: title }),
    ...(groupId !== undefined && { group_id: groupId }),
  };
  const members = { error_code: error.code, error_msg: error.message, help, ...about };
  return new HttpProblem(statusOfLost(error), detail, {
    kind: 'start-unknown',
    members: { ...members, started_at: new Date(createdAtMs).toISOString() },
  });
}

function helpWithGroup(groupId: string): string {
  return `A group of its title was made since: look at its APIs, and import again with is_create_group=false, group_id=${groupId} and another Idempotency-Key if some are missing.`;
}

function helpWithoutGroup(title: string | undefined): string {
  const where = title === undefined ? 'at the group' : `for a group named "${title}"`;
  return `Look ${where} in the Huawei Cloud console in a few minutes, and start again with another Idempotency-Key if the APIs are not there.`;
}

/** An answer of Huawei's that says nothing certain is a bad gateway; none at all is a time-out. */
function statusOfLost({ httpStatus }: TaskError): 502 | 504 {
  return httpStatus !== undefined && httpStatus >= 500 ? 502 : 504;
}

function wordsOf({ code, message }: TaskError, context: HelpContext): string {
  return [`${code}: ${message.replace(/\.$/, '')}.`, helpFor(code, context)].filter(Boolean).join(' ');
}

/** Huawei's own words, for programs, and what helps. */
function membersOf({ code, message, requestId }: TaskError, context: HelpContext): Record<string, string> {
  const about = requestId === undefined ? {} : { huawei_request_id: requestId };
  return { error_code: code, error_msg: message, ...helpMember(code, context), ...about };
}

function retryAfterMs(ms: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1_000))) };
}
