import type * as z from 'zod/mini';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { problemSchema, taskSchema } from '../response-schemas.ts';
import type { TASK_EXAMPLES } from './examples.ts';

const text = { type: 'string' } as const;

/** Headers of the answers; those that are `required` are always there. */
export const HEADERS = {
  Location: { required: true, description: 'Where the task is.', schema: text },
  RetryAfter: {
    required: true,
    description: 'In how many seconds there may be something new, or the request may be repeated.',
    schema: { type: 'integer', minimum: 1 },
  },
  RetryAfterPending: {
    description: 'While the task is pending: in how many seconds it is polled next.',
    schema: { type: 'integer', minimum: 1 },
  },
  Challenge: { required: true, description: 'RFC 6750: `Bearer`, and what is wrong with the key.', schema: text },
  Allow: { required: true, description: 'The methods that this path knows.', schema: text },
  Accept: { required: true, description: 'The media type to send.', schema: text },
  ETag: { required: true, description: 'The SHA-256 of the document.', schema: text },
  Disposition: { required: true, description: 'The file name of the document.', schema: text },
} as const;

/** A reference to one of `HEADERS`. */
export function header(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` };
}

const PROBLEMS: Record<number, { name: string; description: string; headers?: ZodOpenApiResponseObject['headers'] }> = {
  400: { name: 'Invalid', description: 'The request is not valid; `errors` names each thing to change.' },
  401: {
    name: 'Unauthenticated',
    description: 'No API key, or one that is not known.',
    headers: { 'www-authenticate': header('Challenge') },
  },
  404: { name: 'Unknown', description: 'No such task, or it has no such thing.' },
  405: { name: 'WrongMethod', description: 'Another method.', headers: { allow: header('Allow') } },
  409: { name: 'Conflict', description: 'The task is not in the state that this needs; `detail` says in which it is.' },
  413: { name: 'TooLong', description: 'The body is longer than 1 MB.' },
  415: {
    name: 'WrongType',
    description: 'The body is not `application/json`.',
    headers: { accept: header('Accept') },
  },
  500: { name: 'Failed', description: 'The service failed; its log has the reason under `request_id`.' },
  503: {
    name: 'Unavailable',
    description: 'A store cannot answer at the moment.',
    headers: { 'retry-after': header('RetryAfter') },
  },
};

/** Every problem by name, and what API Gateway itself answers to more requests than the deployment allows. */
export function problemComponents(): Record<string, ZodOpenApiResponseObject> {
  const content = { 'application/problem+json': { schema: problemSchema } };
  const problems = Object.values(PROBLEMS).map(({ name, ...rest }) => [name, { ...rest, content }] as const);
  const throttled = { type: 'object', properties: { message: text } } as const;
  return {
    ...Object.fromEntries(problems),
    Throttled: {
      description: 'More requests than the deployment allows (in AWS; not a problem document). Repeat later.',
      content: { 'application/json': { schema: throttled } },
    },
  };
}

/** The answers that an operation has beside its own: these problems, and those that every operation has. */
export function problems(...statuses: number[]): ZodOpenApiResponsesObject {
  const own = [...statuses, 405, 500, 503].map((status) => [status, PROBLEMS[status]?.name] as const);
  const all = [...own, [429, 'Throttled'] as const];
  return Object.fromEntries(all.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]));
}

/** A JSON answer. */
export function answer(description: string, schema: z.ZodMiniType) {
  return { description, content: { 'application/json': { schema } } };
}

/** 200 with JSON, and the problems that every operation has. */
export function ok(description: string, schema: z.ZodMiniType): ZodOpenApiResponsesObject {
  return { 200: answer(description, schema), ...problems() };
}

/** An answer with a task, and examples of it. */
export function taskAnswer(description: string, names: readonly (keyof typeof TASK_EXAMPLES)[]) {
  const examples = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }]));
  return { description, content: { 'application/json': { schema: taskSchema, examples } } };
}
