import pLimit from 'p-limit';
import { cut } from '../tasks/safe-text.ts';
import { callerOf } from './access.ts';
import { type ApiEvent, jsonResponse, type RequestContext, type RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { concealed, HttpProblem, type ProblemBody, problemBody } from './problem.ts';
import { MAX_ECHO, validBody, validQuery } from './read-request.ts';
import { registerTask } from './register-task.ts';
import { batchSchema, noQuerySchema } from './request-schemas.ts';
import type { ListedView, TaskView } from './task-view.ts';

const CONCURRENCY = 10;

type EntryAnswer = { task_id?: string; status: number; task?: TaskView; problem?: ProblemBody };

/** `POST /tasks/batch`: 207, one answer per entry in the order of the request. */
export function registerBatchRoute(deps: TasksApiDeps): RouteHandler {
  return async (event, context) => {
    validQuery(noQuerySchema, event);
    const { tasks } = validBody(batchSchema, event.body);
    const answers = new Array<EntryAnswer>(tasks.length);
    const limit = pLimit(CONCURRENCY);
    await limit.map(groupById(tasks), async (indexes) => {
      // Entries with one id go one after the other: the first is the registration, the next are its repeats.
      for (const index of indexes) answers[index] = await registerEntry(deps, tasks[index], { event, context });
    });
    return jsonResponse(207, { tasks: limitResults(answers) });
  };
}

type Request = { event: ApiEvent; context: RequestContext };

async function registerEntry(deps: TasksApiDeps, entry: unknown, request: Request): Promise<EntryAnswer> {
  const taskId = idOf(entry);
  const named = taskId === undefined ? {} : { task_id: cut(taskId, MAX_ECHO) };
  try {
    const { status, task } = await registerTask(deps, entry, callerOf(request.event));
    return { ...named, status, task };
  } catch (error) {
    const problem = error instanceof HttpProblem ? error : concealed(error, { ...request, log: deps.log });
    return { ...named, status: problem.status, problem: problemBody(problem) };
  }
}

function groupById(entries: unknown[]): number[][] {
  const groups = new Map<unknown, number[]>();
  for (const [index, entry] of entries.entries()) {
    const key = idOf(entry) ?? index;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}

function idOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !('task_id' in entry)) return undefined;
  return typeof entry.task_id === 'string' ? entry.task_id : undefined;
}

/**
 * Bytes that the results in one answer may take together. Lambda answers with 6 MB at most, as text within JSON, and 100
 * final tasks without their results take 4.6 MB of them at the very worst.
 */
const MAX_RESULT_BYTES = 1_500_000;

/** The entries in their order; once their results would take more, final tasks are without one, as listings show them. */
function limitResults<T extends { task?: TaskView }>(entries: T[]): (T | WithoutResult<T>)[] {
  let left = MAX_RESULT_BYTES;
  return entries.map((entry) => {
    const { task } = entry;
    if (task?.state !== 'final') return entry;
    if (left >= 0) left -= bytesOf(task.result);
    if (left >= 0) return entry;
    const { result: _, ...listed } = task;
    return { ...entry, task: listed };
  });
}

type WithoutResult<T> = Omit<T, 'task'> & { task: ListedView };

/** As Lambda counts: the answer's text is a string of another JSON document. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
}
