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
  ...taskAnswer('The task is now being watched.', ['pending']),
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
        summary: 'Whether the service is up',
        description: 'Does not access the stores.',
        responses: ok('The service is up.', responses.healthSchema),
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

/** The routes of all tasks, and of the key. */
export function collectionPaths(): Paths {
  return {
    '/tasks': {
      post: {
        operationId: 'registerTask',
        summary: 'Watch a task',
        description:
          'Repeating a registration returns 200 with the existing record, pending or final. `label`, `deadline_seconds` and ' +
          '`callback_url` keep their first values, even if the repeat differs, the profile has been removed or webhooks have ' +
          'been turned off. Another `instance_id`, `project_id` or `profile` for the same task is a 409 that names the ' +
          'registered value.',
        requestBody: bodyOf(requests.registrationSchema, {
          task_id: TASK_EXAMPLES.pending.value.task_id,
          label: 'orders 1.12',
        }),
        responses: {
          202: started,
          200: known('The task was registered before.'),
          ...problems(400, 401, 409, 413, 415),
        },
      },
      get: {
        operationId: 'listTasks',
        summary: 'List tasks: pending ones first, then final ones, each newest first',
        requestParams: { query: requests.listQuerySchema },
        responses: {
          200: { ...answer('A page of tasks.', responses.taskPageSchema), headers: { etag: header('ListETag') } },
          304: { description: 'The answer still matches `If-None-Match`.', headers: { etag: header('ListETag') } },
          ...problems(400, 401),
        },
      },
    },
    '/tasks/batch': {
      post: {
        operationId: 'registerTasks',
        summary: 'Watch up to 100 tasks',
        requestBody: bodyOf(requests.batchSchema, { tasks: [{ task_id: 'a1' }, { task_id: 'b2', label: 'nightly' }] }),
        responses: {
          207: answer('One answer for each entry, in the order of the request.', responses.batchAnswerSchema),
          ...problems(400, 401, 413, 415),
        },
      },
    },
    '/stats': { get: statsOperation() },
    '/whoami': { get: whoamiOperation() },
    '/channels': { get: channelsOperation() },
  };
}

function statsOperation(): ZodOpenApiOperationObject {
  return {
    operationId: 'getStats',
    summary: 'Counts by outcome, and success rate and durations by label',
    description:
      'Over the newest 10,000 results at most that fit the filters: `is_complete` is false if there are older ones. A ' +
      'duration is the time from the registration to the poll that saw the end; `expired`, `not_found` and `rejected` ' +
      'have none, because it is not known how the task went.',
    requestParams: { query: requests.statsQuerySchema },
    responses: { ...ok('The counts.', responses.statsSchema), ...problems(400, 401) },
  };
}

function whoamiOperation(): ZodOpenApiOperationObject {
  return {
    operationId: 'whoami',
    summary: 'The name and scopes of the API key',
    responses: { ...ok('The key of this request.', responses.callerSchema), ...problems(400, 401) },
  };
}

function channelsOperation(): ZodOpenApiOperationObject {
  return {
    operationId: 'listChannels',
    summary: 'The channels that a result can be sent to again',
    responses: { ...ok('The names.', responses.channelsSchema), ...problems(400, 401) },
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
    requestParams: { path: requests.taskPathSchema, query: requests.waitQuerySchema },
    operationId: 'getTask',
    summary: 'One task, pending or final',
    responses: {
      200: { ...taskAnswer('The task.', EXAMPLES), headers: { 'retry-after': header('RetryAfterPending') } },
      303: {
        description:
          'Redirects a browser to the status page: the request has no `Authorization`, and `Accept` names `text/html`.',
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
    description: 'A final task cannot be deleted (409).',
    responses: { 204: { description: 'The task is no longer watched.' }, ...problems(400, 401, 404, 409) },
  };
}

function definitionOperation(): ZodOpenApiOperationObject {
  const headers = { 'content-disposition': header('Disposition'), etag: header('ETag') };
  return {
    ...onTask,
    operationId: 'getDefinition',
    summary: 'The exported document, byte for byte',
    responses: {
      200: { description: 'The document.', headers, content: { '*/*': { schema: z.unknown() } } },
      302: {
        description: 'Redirects to a document that is too large for an answer.',
        headers: { location: header('Location') },
      },
      304: { description: 'The document still matches `If-None-Match`.', headers: { etag: header('ETag') } },
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
      'To all receivers, or only to the `channel` that the body names. 409 if the task is pending, or if `channel` is ' +
      '`webhook` and the task has no callback. 400 if the channel is known not to exist. In AWS the API does not know the ' +
      'Slack channels: an unknown name is accepted, then recorded in `deliveries` as `failed`, sent to the dead-letter queue ' +
      'and counted as a failed notification, which raises alarms.',
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
    summary: 'Watch an expired, not_found or rejected task again',
    description:
      'Deletes the result and registers the task again. Fields in the body replace the old values. All others are kept, ' +
      'except the deadline, which starts over, and values that came from the profile: the project, if `profile` changes, ' +
      "and the profile's own callback. 409 if the task has another outcome; also 409, with `Retry-After`, for the few " +
      'seconds in which its notifications are still being sent. After a 5xx the result may be gone: register the task with ' +
      '`POST /tasks`.',
    requestBody: { ...bodyOf(requests.watchAgainSchema, { deadline_seconds: 172_800 }), required: false },
    responses: {
      202: started,
      200: known('The task is already being watched.'),
      ...problems(400, 401, 404, 409, 413, 415),
    },
  };
}

function bodyOf(schema: z.ZodMiniType, example: object) {
  return { required: true, content: { 'application/json': { schema, example } } };
}
