import * as z from 'zod/mini';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import * as requests from './request-schemas.ts';
import * as responses from './response-schemas.ts';

// For bin/openapi.ts and the tests: the Lambda carries only openapi.json, not this library.

const NAMES = {
  Registration: requests.registrationSchema,
  PendingTask: responses.pendingTaskSchema,
  FinalTask: responses.finalTaskSchema,
  ListedResult: responses.listedResultSchema,
  Summary: responses.summarySchema,
  Result: responses.resultSchema,
  TaskError: responses.taskErrorSchema,
  TaskPage: responses.taskPageSchema,
  BatchAnswer: responses.batchAnswerSchema,
  Problem: responses.problemSchema,
};

const PROBLEMS: Record<number, string> = {
  400: 'The request is not valid; `errors` names each thing to change.',
  401: 'No API key, or one that is not known.',
  404: 'No such task.',
  405: 'Another method; `Allow` lists those that work.',
  409: 'The task is not in the state that this needs.',
  413: 'The body is longer than 1 MB.',
  415: 'The body is not `application/json`.',
  500: 'The service failed.',
  503: 'A store cannot answer at the moment; repeat after `Retry-After` seconds.',
};

const STARTED = { 'retry-after': z.string(), location: z.string() };
const TO_PAGE = {
  description: 'To the page, for a browser: the request has no `Authorization`, and its `Accept` names `text/html`',
  headers: { location: z.string() },
};
const taskPath = z.object({ task_id: requests.idSchema });

/** OpenAPI 3.1 of the whole API, from the schemas that check its requests. */
export function buildOpenApiDocument(): object {
  for (const [id, schema] of Object.entries(NAMES)) z.globalRegistry.add(schema, { id });
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'APIG task notifier',
      version: '1.0.0',
      description: 'Watches Huawei Cloud API Gateway import and export tasks and tells when they are over.',
    },
    security: [{ api_key: [] }],
    components: { securitySchemes: { api_key: { type: 'http', scheme: 'bearer' } } },
    paths: { ...publicPaths(), ...collectionPaths(), ...taskPaths() },
  });
}

function publicPaths() {
  const open = { security: [] };
  const html = { 'text/html': { schema: z.string() } };
  return {
    '/': {
      get: { ...open, summary: 'The status page', responses: { 200: { description: 'The page', content: html } } },
    },
    '/health': { get: { ...open, summary: 'The service answers', responses: ok(responses.healthSchema) } },
    '/openapi.json': { get: { ...open, summary: 'This document', responses: ok(z.record(z.string(), z.unknown())) } },
  };
}

type Paths = Record<string, Record<string, ZodOpenApiOperationObject>>;

function collectionPaths(): Paths {
  const { registrationSchema, batchSchema, listQuerySchema } = requests;
  return {
    '/tasks': {
      post: {
        summary: 'Watch a task',
        requestBody: bodyOf(registrationSchema),
        responses: {
          202: { ...answer('Watched from now on', responses.taskSchema), headers: STARTED },
          200: { ...answer('Registered before', responses.taskSchema), headers: { location: z.string() } },
          ...problems(400, 401, 409, 413, 415),
        },
      },
      get: {
        summary: 'List tasks, newest first: those pending, then those final',
        requestParams: { query: listQuerySchema },
        responses: { ...ok(responses.taskPageSchema), ...problems(400, 401) },
      },
    },
    '/tasks/batch': {
      post: {
        summary: 'Watch up to 100 tasks',
        requestBody: bodyOf(batchSchema),
        responses: {
          207: answer('One answer per entry, in their order', responses.batchAnswerSchema),
          ...problems(400, 401, 413, 415),
        },
      },
    },
  };
}

function taskPaths(): Paths {
  return {
    '/tasks/{task_id}': {
      get: {
        summary: 'One task, pending or final',
        requestParams: { path: taskPath },
        responses: { ...ok(responses.taskSchema), 303: TO_PAGE, ...problems(400, 401, 404) },
      },
      delete: {
        summary: 'Stop watching a task',
        requestParams: { path: taskPath },
        responses: { 204: { description: 'Not watched any more' }, ...problems(400, 401, 404, 409) },
      },
    },
    '/tasks/{task_id}/definition': { get: definitionOperation() },
    '/tasks/{task_id}/watch': {
      post: {
        summary: 'Watch a task again that ended as expired, not_found or rejected',
        requestParams: { path: taskPath },
        requestBody: { ...bodyOf(requests.watchAgainSchema), required: false },
        responses: {
          202: { ...answer('Watched from now on', responses.taskSchema), headers: STARTED },
          200: { ...answer('Watched already', responses.taskSchema), headers: { location: z.string() } },
          ...problems(400, 401, 404, 409, 413, 415),
        },
      },
    },
    '/tasks/{task_id}/notifications': {
      post: {
        summary: 'Publish the result again, under the same event id',
        requestParams: { path: taskPath },
        requestBody: { ...bodyOf(requests.notificationSchema), required: false },
        responses: {
          202: answer('Published', responses.notificationAnswerSchema),
          ...problems(400, 401, 404, 409, 413, 415),
        },
      },
    },
  };
}

function definitionOperation(): ZodOpenApiOperationObject {
  const headers = { 'content-disposition': z.string(), etag: z.string() };
  return {
    summary: 'The exported document, byte for byte',
    requestParams: { path: taskPath },
    responses: {
      200: { description: 'The document', headers, content: { '*/*': { schema: z.string() } } },
      302: { description: 'A document too large for an answer', headers: { location: z.string() } },
      304: { description: 'As `If-None-Match` says', headers: { etag: z.string() } },
      ...problems(400, 401, 404, 409),
    },
  };
}

function bodyOf(schema: z.ZodMiniType) {
  return { required: true, content: { 'application/json': { schema } } };
}

function ok(schema: z.ZodMiniType): ZodOpenApiResponsesObject {
  return { 200: answer('OK', schema), ...problems() };
}

function answer(description: string, schema: z.ZodMiniType) {
  return { description, content: { 'application/json': { schema } } };
}

function problems(...statuses: number[]): ZodOpenApiResponsesObject {
  const content = { 'application/problem+json': { schema: responses.problemSchema } };
  const entries = [...statuses, 405, 500, 503].map((status) => [
    String(status),
    { description: PROBLEMS[status] ?? 'A problem', content },
  ]);
  return Object.fromEntries(entries) as ZodOpenApiResponsesObject;
}
