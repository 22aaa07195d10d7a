import type { Context } from 'aws-lambda';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { type LoopbackCloud, startLoopbackCloud } from '../../test/lib/loopback-cloud.ts';
import { LOCAL_TABLES, startDynalite } from '../../test/support/dynalite.ts';
import { fillProfileParts, PROFILE_PARTS_TABLE } from '../../test/support/profile-parts.ts';

const API_KEY = 'key-of-forty-characters-0123456789-abcde';
const TOPIC = 'arn:aws:sns:eu-central-1:000000000000';

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** What AWS calls and what it calls in turn: the handlers of this process, and stand-ins on loopback ports. */
export type Deployment = AsyncDisposable & {
  /** Registers a task that is over upstream, polls it, and hands its event to the Slack function. */
  carryTaskToSlack(taskId: string): Promise<void>;
};

/** Sets the environment of this process and imports the real `*.lambda.ts`. */
export async function startDeployment(): Promise<Deployment> {
  const [cloud, dynamo, simulator] = await Promise.all([startLoopbackCloud(), startDynalite(), startSimulator()]);
  const profiles = { default: defaultProfile(simulator.url) };
  await fillProfileParts(dynamo, profiles);
  cloud.secrets = {
    huawei: { profiles },
    'api-keys': { keys: [], hashes: [], generated_key: API_KEY },
    slack: { channels: { ops: `${cloud.url}/slack` }, default: ['ops'] },
  };
  Object.assign(process.env, environmentOf(cloud.url, dynamo.endpoint));
  const { api, poller, slack } = await importHandlers();
  return {
    async carryTaskToSlack(taskId) {
      simulator.control.addTask({ taskId });
      await api(registrationOf(taskId), context);
      await poller({ segment: 0, totalSegments: 1 }, context);
      await slack({ Records: [queueRecord(publishedEvent(cloud))] }, context);
      const posts = cloud.received.filter(({ path, body }) => path === '/slack' && body.includes(taskId));
      if (posts.length !== 1) throw new Error(`Slack got ${posts.length} messages about ${taskId}, not one`);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([simulator.close(), dynamo.close(), cloud[Symbol.asyncDispose]()]);
    },
  };
}

async function importHandlers(): Promise<Record<'api' | 'poller' | 'slack', Handler>> {
  const { handler: api } = await import('../../functions/runtime/tasks-api.lambda.ts');
  const { handler: poller } = await import('../../functions/runtime/poll-tasks.lambda.ts');
  const { handler: slack } = await import('../../functions/runtime/notify-channels.lambda.ts');
  return { api, poller, slack } as unknown as Record<'api' | 'poller' | 'slack', Handler>;
}

function environmentOf(cloudUrl: string, dynamoUrl: string): Record<string, string> {
  return {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: cloudUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    PENDING_TABLE: LOCAL_TABLES.pending,
    RESULTS_TABLE: LOCAL_TABLES.results,
    RESULTS_BUCKET: 'files',
    TASK_EVENTS_TOPIC_ARN: `${TOPIC}:events`,
    TASK_ALERTS_TOPIC_ARN: `${TOPIC}:alerts`,
    OPERATOR_TOPIC_ARN: `${TOPIC}:operator`,
    HUAWEI_SECRET_ID: 'huawei',
    PROFILE_PARTS_TABLE,
    API_KEYS_SECRET_ID: 'api-keys',
    CHANNELS_SECRET_ID: 'slack',
    CHANNELS_DEAD_LETTER_QUEUE_URL: `${cloudUrl}/000000000000/slack-dead`,
    CHANNELS_QUEUE_URL: `${cloudUrl}/000000000000/channels`,
    WAKE_QUEUE_URL: `${cloudUrl}/000000000000/wakes`,
    POLL_MIN_INTERVAL_MS: '100',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
}

/** Leaves a run of the poller three seconds beside the fifteen that it keeps back. */
const context = {
  awsRequestId: 'walk',
  functionName: 'walk',
  getRemainingTimeInMillis: () => 18_000,
} as unknown as Context;

const registrationOf = (taskId: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/tasks',
  rawQueryString: '',
  headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
  requestContext: { requestId: 'walk', http: { method: 'POST', path: '/tasks', sourceIp: '127.0.0.1' } },
  body: JSON.stringify({ task_id: taskId }),
  isBase64Encoded: false,
});

/** The event that the poller published, as SNS would hand it to the queue. */
function publishedEvent({ received }: LoopbackCloud): string {
  const requests = received.map(({ body }) => new URLSearchParams(body));
  const published = requests.find((request) => request.get('TopicArn') === `${TOPIC}:events`);
  const event = published?.get('PublishBatchRequestEntries.member.1.Message');
  if (!event) throw new Error('The poller published no event');
  return event;
}

const queueRecord = (body: string) => ({
  messageId: 'walk',
  receiptHandle: 'walk',
  body,
  attributes: { ApproximateReceiveCount: '1' },
  messageAttributes: {},
});
