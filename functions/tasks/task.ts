import type { Context } from './context.ts';
import { cut } from './safe-text.ts';

/** Who a task is: the coordinates of one Huawei Cloud APIG asynchronous import or export. */
export type TaskIdentity = {
  taskId: string;
  instanceId: string;
  projectId: string;
  /** Name of the credentials to poll with. */
  profile: string;
  label?: string;
  /** The caller's own pairs. */
  context?: Context;
  /** The name of the API group, where a start knows it. */
  groupName?: string;
  /** 2 for the second watch of a task that was watched again, and so on; absent for the first. */
  watch?: number;
  /** Where the requester wants the final CloudEvent POSTed (https). */
  callbackUrl?: string;
  started?: StartedFacts;
  /** Name of the API key that registered the task; absent for a key without a name. */
  registeredBy?: string;
};

/** What is known of a task that was started here. Wire names, because it is stored and answered as it is. */
export type StartedFacts = {
  task_type: 'import_api' | 'export_api';
  /** Absent for an import that makes its group. */
  group_id?: string;
  /** Of an export. */
  environment_id?: string;
  /** Of an import. */
  file?: StartedFile;
  /** The environment that an import's APIs are published to. */
  publish_to?: string;
};

/** An imported file, without its bytes. */
export type StartedFile = { name: string; size_bytes: number; sha256: string };

/** What went wrong last, as a person would want to read it. Never holds a secret. */
export type TaskError = {
  /** Huawei's `error_code`, or one of ours (`TIMEOUT`, `CONNECTION`, `BAD_ANSWER`, …). */
  code: string;
  message: string;
  /** Huawei's `X-Request-Id`, for a support ticket. */
  requestId?: string;
  httpStatus?: number;
};

/** One row of `PendingTasks`: a watched task that is not over. Times are epoch milliseconds. */
export type PendingTask = TaskIdentity & {
  registeredAtMs: number;
  deadlineAtMs: number;
  /** `task_status` and `task_type` as Huawei last said them, where this process has heard them. */
  status?: string;
  taskType?: string;
  /** When that was. */
  heardAtMs?: number;
  /** What Huawei said whenever it said something new, oldest first; from this process alone, as `status` is. */
  answers?: readonly HeardAnswer[];
  lastError?: TaskError;
};

/** A `task_status` of Huawei's, and when it was first heard (epoch milliseconds). */
export type HeardAnswer = { taskStatus: string; atMs: number };

/** What a poll hears of a task that goes on. */
export type Heard = Pick<PendingTask, 'status' | 'taskType' | 'heardAtMs' | 'answers'>;

/** Of each task; Huawei has two for a task that is not over. */
const MOST_ANSWERS = 10;

/** Adds what a poll has just heard to what was heard before. */
export function hearMore(before: Heard | undefined, heard: Heard): Heard {
  const { status, heardAtMs } = heard;
  const known = before?.answers ?? [];
  if (status === undefined || heardAtMs === undefined || known.at(-1)?.taskStatus === status) {
    return known.length === 0 ? heard : { ...heard, answers: known };
  }
  return { ...heard, answers: [...known, { taskStatus: cut(status, MAX_NAME), atMs: heardAtMs }].slice(-MOST_ANSWERS) };
}

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
