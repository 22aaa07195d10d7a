import * as z from 'zod/mini';
import { createDocument } from 'zod-openapi';
import manifest from '../../../package.json' with { type: 'json' };
import * as requests from '../request-schemas.ts';
import * as responses from '../response-schemas.ts';
import { exportBodySchema } from '../start-requests.ts';
import { HEADERS, problemComponents } from './answers.ts';
import { describeDocument } from './describe.ts';
import { TASK_EXAMPLES } from './examples.ts';
import { collectionPaths, publicPaths, taskPaths } from './paths.ts';
import { importFormSchema, startPaths } from './start-paths.ts';

// Used by `npm run generate` and the tests; the Lambda bundles only the generated openapi.json.

const NAMES = {
  Registration: requests.registrationSchema,
  Import: importFormSchema,
  Export: exportBodySchema,
  WatchAgain: requests.watchAgainSchema,
  Batch: requests.batchSchema,
  Notification: requests.notificationSchema,
  NotificationAnswer: responses.notificationAnswerSchema,
  PendingTask: responses.pendingTaskSchema,
  FinalTask: responses.finalTaskSchema,
  ListedResult: responses.listedResultSchema,
  Summary: responses.summarySchema,
  Result: responses.resultSchema,
  TaskError: responses.taskErrorSchema,
  Delivery: responses.deliverySchema,
  TaskPage: responses.taskPageSchema,
  BatchAnswer: responses.batchAnswerSchema,
  BatchEntryAnswer: responses.batchEntryAnswerSchema,
  Stats: responses.statsSchema,
  LabelStats: responses.statsLabelSchema,
  RecentEnd: responses.recentEndSchema,
  Caller: responses.callerSchema,
  Channels: responses.channelsSchema,
  Health: responses.healthSchema,
  Problem: responses.problemSchema,
};

const SCHEME =
  'One of the API keys. Each operation names the scope that it needs: `read` for every GET, `register` to have tasks ' +
  'watched, `start` for imports and exports, `manage` to stop watching and to publish results again. A key without a ' +
  'name has every scope.';

/** OpenAPI 3.1 of the whole API, from the schemas that check its requests. */
export function buildOpenApiDocument(): object {
  for (const [id, schema] of Object.entries(NAMES)) z.globalRegistry.add(schema, { id });
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'APIG task notifier',
      version: manifest.version,
      description:
        'Watches Huawei Cloud API Gateway import and export tasks and notifies you when they finish. Errors are ' +
        'problem documents (RFC 9457), times are RFC 3339 in UTC, and unknown fields and parameters are refused by name.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ api_key: [] }],
    paths: { ...publicPaths(), ...collectionPaths(), ...taskPaths(), ...startPaths() },
    components: {
      securitySchemes: { api_key: { type: 'http', scheme: 'bearer', description: SCHEME } },
      headers: HEADERS,
      responses: problemComponents(),
      examples: TASK_EXAMPLES,
    },
  });
  return describeDocument(document);
}
