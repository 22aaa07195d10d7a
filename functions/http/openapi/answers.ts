import type * as z from 'zod/mini';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { problemSchema, taskSchema } from '../response-schemas.ts';
import type { TASK_EXAMPLES } from './examples.ts';

const text = { type: 'string' } as const;

/** Headers of the answers; `required` ones are always present. */
export const HEADERS = {
  Location: { required: true, description: 'Path of the task.', schema: text },
  RetryAfter: {
    required: true,
    description: 'Seconds to wait before asking again or retrying.',
    schema: { type: 'integer', minimum: 1 },
  },
  RetryAfterPending: {
    description: 'While the task is pending: seconds until its next poll.',
    schema: { type: 'integer', minimum: 1 },
  },
  Challenge: {
    required: true,
    description: 'RFC 6750: `Bearer`, and why the key was refused or which scope it lacks.',
    schema: text,
  },
  Allow: { required: true, description: 'The methods that this path supports.', schema: text },
  Accept: { required: true, description: 'The media type to send.', schema: text },
  ETag: { required: true, description: 'The SHA-256 of the document.', schema: text },
  ListETag: { required: true, description: 'Changes with the answer, except with `next_poll_at`.', schema: text },
  Disposition: { required: true, description: 'The file name of the document.', schema: text },
} as const;

/** A reference to one of `HEADERS`. */
export function header(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` };
}

const PROBLEMS: Record<number, { name: string; description: string; headers?: ZodOpenApiResponseObject['headers'] }> = {
  400: { name: 'Invalid', description: 'The request is invalid; `errors` lists every problem.' },
  401: {
    name: 'Unauthenticated',
    description: 'The API key is missing or unknown.',
    headers: { 'www-authenticate': header('Challenge') },
  },
  403: {
    name: 'MissingScope',
    description: 'The API key lacks the scope that `detail` names.',
    headers: { 'www-authenticate': header('Challenge') },
  },
  404: { name: 'Unknown', description: 'The task does not exist, or it has no exported document.' },
  405: {
    name: 'WrongMethod',
    description: 'The path does not support this method.',
    headers: { allow: header('Allow') },
  },
  409: { name: 'Conflict', description: 'The request conflicts with the state of the task, which `detail` names.' },
  413: { name: 'TooLong', description: 'The body is larger than 1 MB, or the file of an import than 12 MB.' },
  415: {
    name: 'WrongType',
    description: 'The body is not of the media type that `accept` names.',
    headers: { accept: header('Accept') },
  },
  422: {
    name: 'Refused',
    description: 'Huawei Cloud refused the start, or the Idempotency-Key belongs to another request.',
  },
  500: { name: 'Failed', description: 'Internal error; the log has the cause under `request_id`.' },
  502: {
    name: 'Unusable',
    description: 'Huawei Cloud refused the credentials or the permission, could not be reached, or failed.',
  },
  504: { name: 'Lost', description: 'Huawei Cloud has not answered the start.' },
  503: {
    name: 'Unavailable',
    description: 'The service is temporarily unavailable.',
    headers: { 'retry-after': header('RetryAfter') },
  },
};

/** Every problem by name, and the answer of API Gateway itself to more requests than the deployment allows. */
export function problemComponents(): Record<string, ZodOpenApiResponseObject> {
  const content = { 'application/problem+json': { schema: problemSchema } };
  const problems = Object.values(PROBLEMS).map(({ name, ...rest }) => [name, { ...rest, content }] as const);
  const throttled = { type: 'object', properties: { message: text } } as const;
  return {
    ...Object.fromEntries(problems),
    Throttled: {
      description: 'Too many requests for this deployment (in AWS; not a problem document). Retry later.',
      content: { 'application/json': { schema: throttled } },
    },
  };
}

/** References to the named problems and to those that every operation has. */
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
