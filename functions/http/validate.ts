import type * as z from 'zod/mini';
import { cut } from '../tasks/safe-text.ts';
import type { ApiEvent } from './api-event.ts';
import { HttpProblem, type ProblemItem } from './problem.ts';
import { noQuerySchema, taskPathSchema } from './request-schemas.ts';

type Issue = z.core.$ZodIssue;
type Place = 'body' | 'parameter';

/** The body in the shape of `schema`; 400 that lists every field to change. */
export function validBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  return validate(schema, body, 'body');
}

/** The query in the shape of `schema`; a parameter given twice or not known is a 400. */
export function validQuery<T>(schema: z.ZodMiniType<T>, event: ApiEvent): T {
  const parameters = new URLSearchParams(event.rawQueryString);
  const names = [...parameters.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalid([{ parameter: repeated, detail: 'is given more than once' }]);
  return validate(schema, Object.fromEntries(parameters), 'parameter');
}

/** The task id of the path, on a route that takes no query. */
export function taskIdOf(event: ApiEvent): string {
  validQuery(noQuerySchema, event);
  return pathTaskId(event);
}

/** The task id of the path. */
export function pathTaskId(event: ApiEvent): string {
  return validate(taskPathSchema, { ...event.pathParameters }, 'parameter').task_id;
}

function validate<T>(schema: z.ZodMiniType<T>, value: unknown, place: Place): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => itemsOf(issue, place, value)));
}

/** UTF-16 units of a name that is said back: a key of 1 MB would make an answer larger than Lambda may give. */
export const MAX_ECHO = 128;

/** More of them would make an answer larger than Lambda may give, and help nobody. */
const MOST_ERRORS = 50;

/** 400 whose `detail` reads as a sentence and whose `errors` can be read by a program. */
export function invalid(errors: ProblemItem[]): HttpProblem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HttpProblem(400, `${nameOf(first)} ${first?.detail}${more}.`, {
    kind: 'invalid-request',
    errors: errors.slice(0, MOST_ERRORS),
  });
}

function nameOf(item: ProblemItem | undefined): string {
  if (item?.parameter !== undefined) return JSON.stringify(item.parameter);
  return item?.pointer === undefined || item.pointer === '#' ? 'The body' : JSON.stringify(item.pointer.slice(2));
}

function itemsOf(issue: Issue, place: Place, value: unknown): ProblemItem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      item(place, [...issue.path, key], `is not a known ${place === 'body' ? 'field' : 'parameter'}`),
    );
  }
  if (issue.code === 'invalid_type' && issue.path.length === 0) return [item(place, [], 'must be a JSON object')];
  const isMissing = issue.path.length === 1 && !Object.hasOwn(Object(value), issue.path[0] ?? '');
  return [item(place, issue.path, isMissing ? 'is required' : issue.message)];
}

function item(place: Place, path: PropertyKey[], detail: string): ProblemItem {
  const keys = path.map((key) => cut(String(key), MAX_ECHO));
  if (place === 'parameter') return { parameter: keys[0] ?? '', detail };
  const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { pointer: `#${pointer}`, detail };
}
