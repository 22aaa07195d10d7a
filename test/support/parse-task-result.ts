import { parseTaskAnswer } from '../../functions/huawei/parse-answer.ts';

/** The result that is read from an answer with this `task_result`. */
export function parseTaskResult(taskType: string | undefined, succeeded: boolean, raw: unknown) {
  const answer = parseTaskAnswer({
    task_status: succeeded ? 'succeed' : 'failed',
    task_result: raw,
    ...(taskType !== undefined && { task_type: taskType }),
  });
  if (answer.kind !== 'final' || answer.result.kind === 'stored') throw new Error(`the answer is ${answer.kind}`);
  return answer.result;
}
