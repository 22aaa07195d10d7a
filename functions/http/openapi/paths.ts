import * as z from 'zod/mini';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import { WEBHOOK_CHANNEL } from '../../channels/channel.ts';
import * as requests from '../request-schemas.ts';
import * as responses from '../response-schemas.ts';
import { answer, header, ok, problems, taskAnswer } from './answers.ts';
import { TASK_EXAMPLES } from './examples.ts';

type Paths = Record<string, Record<string, ZodOpenApiOperationObject>>;

const EXAMPLES = Object.keys(TASK_EXAMPLES) as (keyof typeof TASK_EXAMPLES)[];
const onTask = { requestParams: { path: requests.taskPathSchema } };
const started = {
  ...taskAnswer('Watched from now on.', ['pending']),
  headers: { location: header('Location'), 'retry-after': header('RetryAfter') },
};
const known = (description: string) => ({
  ...taskAnswer(description, EXAMPLES),
  headers: { location: header('Location'), 'retry-after': header('RetryAfterPending') },
});

/** The routes that need no key. */
export function publicPaths(): Paths {
  const open = { security: [] };
  const html = { 'text/html': { schema: z.string() } };
  const page = { 200: { description: 'The page.', content: html }, ...problems() };
  return {
    '/': { get: { ...open, operationId: 'getPage', summary: 'The status page', responses: page } },
    '/health': {
      get: {
        ...open,
        operationId: 'getHealth',
        summary: 'The service answers',
        description: 'Asks nothing of the stores.',
        responses: ok('It does.', responses.healthSchema),
      },
    },
    '/openapi.json': {
      get: {
        ...open,
        operationId: 'getDescription',
        summary: 'This document',
        responses: ok('OpenAPI 3.1.', z.record(z.string(), z.unknown())),
      },
    },
  };
}

/** The routes of all tasks. */
export function collectionPaths(): Paths {
  return {
    '/tasks': {
      post: {
        operationId: 'registerTask',
        summary: 'Watch a task',
        description:
          'The same registration again answers 200 with the record that is there, pending or final: `label`, `deadline_seconds` ' +
          'and `callback_url` stay as they were registered first, whatever the repeat says, also where its profile is gone or ' +
          'webhooks are off by now. With another `instance_id`, ' +
          '`project_id` or `profile` it is a 409 that names what is registered.',
        requestBody: bodyOf(requests.registrationSchema, {
          task_id: TASK_EXAMPLES.pending.value.task_id,
          label: 'orders 1.12',
        }),
        responses: { 202: started, 200: known('Registered before.'), ...problems(400, 401, 409, 413, 415) },
      },
      get: {
        operationId: 'listTasks',
        summary: 'List tasks, newest first: those pending, then those final',
        requestParams: { query: requests.listQuerySchema },
        responses: { ...ok('A page of tasks.', responses.taskPageSchema), ...problems(400, 401) },
      },
    },
    '/tasks/batch': {
      post: {
        operationId: 'registerTasks',
        summary: 'Watch up to 100 tasks',
        requestBody: bodyOf(requests.batchSchema, { tasks: [{ task_id: 'a1' }, { task_id: 'b2', label: 'nightly' }] }),
        responses: {
          207: answer('One answer for each entry, in their order.', responses.batchAnswerSchema),
          ...problems(400, 401, 413, 415),
        },
      },
    },
  };
}

/** The routes of one task. */
export function taskPaths(): Paths {
  return {
    '/tasks/{task_id}': { get: getOperation(), delete: deleteOperation() },
    '/tasks/{task_id}/definition': { get: definitionOperation() },
    '/tasks/{task_id}/notifications': { post: notificationsOperation() },
    '/tasks/{task_id}/watch': { post: watchOperation() },
  };
}

function getOperation(): ZodOpenApiOperationObject {
  return {
    ...onTask,
    operationId: 'getTask',
    summary: 'One task, pending or final',
    responses: {
      200: { ...taskAnswer('The task.', EXAMPLES), headers: { 'retry-after': header('RetryAfterPending') } },
      303: {
        description: 'To the page, for a browser: there is no `Authorization`, and `Accept` names `text/html`.',
        headers: { location: header('Location') },
      },
      ...problems(400, 401, 404),
    },
  };
}

function deleteOperation(): ZodOpenApiOperationObject {
  return {
    ...onTask,
    operationId: 'stopWatching',
    summary: 'Stop watching a task',
    description: 'A task that is final stays: 409.',
    responses: { 204: { description: 'Not watched any more.' }, ...problems(400, 401, 404, 409) },
  };
}

function definitionOperation(): ZodOpenApiOperationObject {
  const headers = { 'content-disposition': header('Disposition'), etag: header('ETag') };
  return {
    ...onTask,
    operationId: 'getDefinition',
    summary: 'The exported document, byte for byte',
    responses: {
      200: { description: 'The document.', headers, content: { '*/*': { schema: z.string() } } },
      302: { description: 'To a document too large for an answer.', headers: { location: header('Location') } },
      304: { description: 'Unchanged, as `If-None-Match` asks.', headers: { etag: header('ETag') } },
      ...problems(400, 401, 404, 409),
    },
  };
}

function notificationsOperation(): ZodOpenApiOperationObject {
  return {
    ...onTask,
    operationId: 'notifyAgain',
    summary: 'Publish the result again, under the same event id',
    description:
      'To everybody, or to the one `channel` that the body names. 409 for a task that is pending, and for `webhook` where ' +
      'the task asked for none. 400 for a channel that is known not to be there; in AWS the API does not know the Slack ' +
      'channels, so that an unknown one is accepted and then dropped with a line in the log of the Slack function.',
    requestBody: { ...bodyOf(requests.notificationSchema, { channel: WEBHOOK_CHANNEL }), required: false },
    responses: {
      202: answer('Published.', responses.notificationAnswerSchema),
      ...problems(400, 401, 404, 409, 413, 415),
    },
  };
}

function watchOperation(): ZodOpenApiOperationObject {
  return {
    ...onTask,
    operationId: 'watchAgain',
    summary: 'Watch a task again that ended as expired, not_found or rejected',
    description:
      'Its result is given up and the task registered anew, with what the body changes; the rest stays as the result has ' +
      "it, but for the deadline, which starts anew, and what was the profile's: the project, which another `profile` brings " +
      'with it, and the callback, where the task had none of its own. 409 for a task that ended otherwise, and for a few seconds after the ' +
      'end, with `Retry-After`. After a 5xx the result may be gone: register the task with `POST /tasks`.',
    requestBody: { ...bodyOf(requests.watchAgainSchema, { deadline_seconds: 172_800 }), required: false },
    responses: { 202: started, 200: known('Watched already.'), ...problems(400, 401, 404, 409, 413, 415) },
  };
}

function bodyOf(schema: z.ZodMiniType, example: object) {
  return { required: true, content: { 'application/json': { schema, example } } };
}
