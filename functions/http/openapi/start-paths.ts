import * as z from 'zod/mini';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import { exportBodySchema, importFieldsSchema } from '../start-requests.ts';
import { header, problems, taskAnswer } from './answers.ts';
import { TASK_EXAMPLES } from './examples.ts';

/** The form of `POST /imports`: its fields are text, except the file. */
export const importFormSchema = z.strictObject({ ...importFieldsSchema.shape, file_name: z.file() });

const KEY = 'Idempotency-Key';
const keySchema = z.optional(z.string().check(z.minLength(1), z.maxLength(255)));
const requestParams = { header: z.object({ [KEY]: keySchema }) };
const EXAMPLES = Object.keys(TASK_EXAMPLES) as (keyof typeof TASK_EXAMPLES)[];

const responses = {
  202: {
    ...taskAnswer('Huawei Cloud has started the task, and it is being watched.', ['pending']),
    headers: { location: header('Location'), 'retry-after': header('RetryAfter') },
  },
  200: {
    ...taskAnswer('The same request under the same key has started this task before.', EXAMPLES),
    headers: { location: header('Location'), 'retry-after': header('RetryAfterPending') },
  },
  ...problems(400, 401, 404, 409, 413, 415, 422, 502, 504),
};

const RULES =
  'Under one `Idempotency-Key`, for 24 hours, the same request gets the same task: 200. Another request under the key is a 422, ' +
  'and a 409 comes while the first one is under way. What Huawei Cloud refuses has `error_code`, `error_msg` and `help`: ' +
  'its 400, 404, 412 and 413 become 422, its 401, 403 and 5xx 502, its 409 and 429 503. Nothing has started then, and the key is free.';

/** The routes that start something. */
export function startPaths(): Record<string, Record<string, ZodOpenApiOperationObject>> {
  return {
    '/imports': {
      post: {
        operationId: 'startImport',
        summary: 'Start an import at Huawei Cloud, and watch it',
        description:
          `The form is Huawei Cloud's own, with the fields of a registration beside it. ${RULES} An import whose answer was lost ` +
          'is not started again: the answer is a problem of type `start-unknown` that names what to look at.',
        requestParams,
        requestBody: { required: true, content: { 'multipart/form-data': { schema: importFormSchema } } },
        responses,
      },
    },
    '/exports': {
      post: {
        operationId: 'startExport',
        summary: 'Start an export at Huawei Cloud, and watch it',
        description: `${RULES} An export whose answer was lost is started again.`,
        requestParams,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: exportBodySchema,
              example: {
                group_id: '9100ae30705947cc9543d37cd7fb388c',
                env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
                type: 'yaml',
              },
            },
          },
        },
        responses,
      },
    },
  };
}
