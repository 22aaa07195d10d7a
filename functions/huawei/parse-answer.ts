import type { Outcome } from '../names.ts';
import { asText, isFields, parseJson } from '../tasks/json.ts';
import type { TaskAnswer } from '../tasks/observation.ts';
import { extraOf, parseTaskResult, type WireResult } from './parse-result.ts';

/** An answer that says nothing about the task; `reason` is for a person. */
export type UnreadableAnswer = { kind: 'unreadable'; reason: string };

type FinalAnswer = Extract<TaskAnswer, { kind: 'final' }>;

const ANSWER_KEYS = ['task_id', 'task_status', 'task_type', 'task_result'] as const;
/** Both spellings of success occur in Huawei's documents; the examples and SDKs have `succeed`. */
const ENDS: ReadonlyMap<string, boolean> = new Map([
  ['succeed', true],
  ['succeeded', true],
  ['failed', false],
]);

/**
 * Reads the body of a 200 from `GET …/async-tasks/{task_id}`, as text or already parsed. Never throws.
 * An unknown status counts as pending, verbatim, so that the task's deadline is what ends it.
 */
export function parseTaskAnswer(body: unknown): TaskAnswer | UnreadableAnswer {
  const fields = typeof body === 'string' ? parseJson(body) : body;
  if (!isFields(fields)) return { kind: 'unreadable', reason: unreadableReason(body, fields) };
  const taskStatus = fields.task_status;
  if (typeof taskStatus !== 'string' || taskStatus === '') {
    return { kind: 'unreadable', reason: 'the answer has no task_status' };
  }
  const type = asText(fields.task_type);
  const taskType = type ? { taskType: type } : {};
  const succeeded = ENDS.get(taskStatus.toLowerCase());
  if (succeeded === undefined) return { kind: 'pending', taskStatus, ...taskType };
  const parsed = parseTaskResult(taskType.taskType, succeeded, fields.task_result);
  return { kind: 'final', succeeded, taskStatus, ...taskType, result: withExtra(parsed, fields) };
}

/** How an answered task ended. A success with entries in `failure` is a partial one. */
export function outcomeOf(
  answer: Pick<FinalAnswer, 'succeeded' | 'result'>,
): Extract<Outcome, 'succeeded' | 'partially_succeeded' | 'failed'> {
  if (!answer.succeeded) return 'failed';
  const { result } = answer;
  return result.kind === 'import' && result.failure.length > 0 ? 'partially_succeeded' : 'succeeded';
}

/** Unknown fields beside `task_result` are kept with those inside it, which win. */
function withExtra(result: WireResult, fields: Record<string, unknown>): WireResult {
  const { extra } = extraOf(fields, ANSWER_KEYS);
  return extra === undefined ? result : { ...result, extra: { ...extra, ...result.extra } };
}

function unreadableReason(body: unknown, parsed: unknown): string {
  if (body === undefined || body === null || body === '') return 'the answer is empty';
  return parsed === undefined ? 'the answer is not JSON' : 'the answer is JSON, but not an object';
}
