import { cut } from '../tasks/safe-text.ts';
import type { TaskError } from '../tasks/task.ts';

/** Of a code and of a request id; Huawei Cloud's have 36 at most. UTF-16 units. */
const MAX_NAME = 64;
const MAX_MESSAGE = 500;

/** The error as a row keeps it: well-formed and small whatever was answered, for each sweep reads all rows. */
export function boundError(error: TaskError): TaskError {
  const { code, message, requestId } = error;
  return {
    ...error,
    code: cut(code, MAX_NAME),
    message: cut(message, MAX_MESSAGE),
    ...(requestId === undefined ? {} : { requestId: cut(requestId, MAX_NAME) }),
  };
}
