import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSigningKeys } from '../../functions/channels/webhook/settings.ts';
import { toTaskEvent } from '../../functions/messages/task-event.ts';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { createDynamoProfileParts } from '../../functions/stores/secrets.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from '../support/dynalite.ts';
import { fillProfileParts, PROFILE_PARTS_TABLE } from '../support/profile-parts.ts';
import { invokeBundle } from './invoke-bundle.ts';
import { type LoopbackCloud, startLoopbackCloud } from './loopback-cloud.ts';

const log = { info() {}, warn() {}, error() {} };
const identity = { instanceId: 'gateway-1', projectId: 'project-1', profile: 'default' };
const PROFILE = {
  project_id: 'project-1',
  instance_id: 'gateway-1',
  auth_token: 'token',
  webhook_secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
};
const API_KEY = 'key-of-forty-characters-0123456789-abcde';
const CI_KEY = 'the-key-of-the-ci-job';

let cloud: LoopbackCloud;
let dynamo: Dynalite;
let environment: Record<string, string>;

beforeAll(async () => {
  [cloud, dynamo] = await Promise.all([startLoopbackCloud(), startDynalite()]);
  await fillProfileParts(dynamo, { default: PROFILE });
  cloud.secrets = {
    huawei: { profiles: { default: PROFILE } },
    'api-keys': {
      ...{ keys: [], hashes: [], generated_key: API_KEY },
      named: { ci: { key: CI_KEY, scopes: ['register'] }, broken: { key: API_KEY, scopes: ['everything'] } },
    },
    slack: { channels: { ops: `${cloud.url}/slack` }, default: ['ops'] },
  };
  environment = {
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    PENDING_TABLE: LOCAL_TABLES.pending,
    RESULTS_TABLE: LOCAL_TABLES.results,
    RESULTS_BUCKET: 'files',
    TASK_EVENTS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:events',
    TASK_ALERTS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:alerts',
    OPERATOR_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:operator',
    HUAWEI_SECRET_ID: 'huawei',
    PROFILE_PARTS_TABLE,
    API_KEYS_SECRET_ID: 'api-keys',
    CHANNELS_SECRET_ID: 'slack',
    CHANNELS_DEAD_LETTER_QUEUE_URL: `${cloud.url}/000000000000/slack-dead`,
    CHANNELS_QUEUE_URL: `${cloud.url}/000000000000/channels`,
    WAKE_QUEUE_URL: `${cloud.url}/000000000000/wakes`,
    DELIVERY_QUEUE_URL: `${cloud.url}/000000000000/deliveries`,
    WEBHOOK_DEAD_LETTER_QUEUE_URL: `${cloud.url}/000000000000/webhook-dead`,
    HUAWEICLOUD_APIG_ENDPOINT: cloud.url,
    HUAWEICLOUD_IAM_ENDPOINT: cloud.url,
    POLL_MIN_INTERVAL_MS: '100',
  };
});

afterAll(async () => {
  await dynamo?.close();
  await cloud?.[Symbol.asyncDispose]();
});

describe('bundles, imported from an .mjs file', () => {
  it('tasks-api registers a task', async () => {
    const { answer } = await invokeBundle(
      'tasks-api',
      httpEvent('POST', '/tasks', { task_id: 'from-api' }),
      environment,
    );
    expect(answer).toMatchObject({ statusCode: 202, headers: { location: '/tasks/from-api' } });
    const pending = createDynamoPendingTaskStore({ client: dynamo.client, tableName: LOCAL_TABLES.pending, log });
    expect(await pending.get('from-api')).toMatchObject({ taskId: 'from-api', ...identity });
    const wakes = cloud.received.filter(({ target }) => target === 'AmazonSQS.SendMessage');
    expect(wakes.map(({ body }) => JSON.parse(JSON.parse(body).MessageBody))).toEqual([
      { segment: 0, totalSegments: 1, dueMs: expect.any(Number) },
    ]);
    await pending.remove('from-api');
  });

  it('tasks-api holds a named key to its scopes, notes its change, and lets no wrong entry spoil the rest', async () => {
    const post = httpEvent('POST', '/tasks', { task_id: 'from-ci' }, CI_KEY);
    const { answer, logs } = await invokeBundle('tasks-api', post, environment);
    expect(answer).toMatchObject({ statusCode: 202, body: expect.stringContaining('"registered_by":"ci"') });
    expect(logs).toMatch(/"message":"audit",.*"key":"ci","action":"register","task_id":"from-ci"/);
    expect(logs).toContain('named.broken.scopes.0 is not one of read, register, start, manage');
    expect(logs).not.toContain(CI_KEY);
    const get = httpEvent('GET', '/tasks', undefined, CI_KEY);
    expect((await invokeBundle('tasks-api', get, environment)).answer).toMatchObject({ statusCode: 403 });
    const pending = createDynamoPendingTaskStore({ client: dynamo.client, tableName: LOCAL_TABLES.pending, log });
    await pending.remove('from-ci');
  });

  it('tasks-api counts results that cannot be read', async () => {
    const Item = { task_id: { S: 'unreadable' }, outcome: { S: 'no such outcome' } };
    await dynamo.client.send(new PutItemCommand({ TableName: LOCAL_TABLES.results, Item }));
    const get = httpEvent('GET', '/tasks/unreadable', undefined);
    const { answer, logs } = await invokeBundle('tasks-api', get, environment);
    expect(answer).toMatchObject({ statusCode: 500, body: expect.stringContaining('unreadable-task') });
    expect(logs).toContain('"UnreadableRows":1');
  });

  it('tasks-api says when to come again while Secrets Manager cannot be reached', async () => {
    const unreachable = { ...environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9' };
    const { answer } = await invokeBundle('tasks-api', httpEvent('GET', '/tasks', undefined), unreachable);
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
  });

  it('poll-tasks ends well with the secret of a first deployment, which has no profile yet', async () => {
    const secrets = cloud.secrets;
    cloud.secrets = { ...secrets, huawei: { profiles: {} } };
    const { logs } = await invokeBundle('poll-tasks', { segment: 0, totalSegments: 1 }, environment);
    cloud.secrets = secrets;
    expect(logs).not.toContain('"level":"ERROR"');
  });

  it('poll-tasks asks Huawei, stores the result and publishes it', async () => {
    const clock = { now: Date.now };
    const pending = createDynamoPendingTaskStore({ client: dynamo.client, tableName: LOCAL_TABLES.pending, log });
    const results = createDynamoTaskResultStore({ client: dynamo.client, tableName: LOCAL_TABLES.results, clock, log });
    // Its first point is still to come: the run before has covered those that are past.
    const registeredAtMs = Date.now() - 500;
    await pending.register({ taskId: 'polled', ...identity, registeredAtMs, deadlineAtMs: registeredAtMs + 3_600_000 });
    cloud.taskAnswer = {
      task_id: 'polled',
      task_status: 'succeed',
      task_type: 'import_api',
      task_result: JSON.stringify({ success: [], failure: [], group_id: 'group-1' }),
    };
    const parts = createDynamoProfileParts({ client: dynamo.client, tableName: PROFILE_PARTS_TABLE });
    await parts.put({ public: 'old', signing: 'old' });
    const { logs } = await invokeBundle('poll-tasks', { segment: 0, totalSegments: 1 }, environment);
    expect(JSON.parse(await parts.read('public'))).toEqual({
      profiles: { default: { project_id: 'project-1', instance_id: 'gateway-1' } },
    });
    expect(parseSigningKeys(await parts.read('signing')).get('default')).toMatchObject({ kind: 'keys' });
    expect(await results.get('polled')).toMatchObject({ outcome: 'succeeded', summary: { group_id: 'group-1' } });
    expect(await pending.get('polled')).toBeUndefined();
    expect(cloud.received.filter(({ target }) => target === 'PublishBatch')).toHaveLength(2);
    expect(logs).toContain('"Namespace":"ApigTaskNotifier"');
    expect(logs).toContain('"DetectionDelaySeconds"');
  });

  it('notify-channels posts an event to its channel and notes that on the result', async () => {
    const clock = { now: Date.now };
    const results = createDynamoTaskResultStore({ client: dynamo.client, tableName: LOCAL_TABLES.results, clock, log });
    await results.put(finished('told'));
    const body = JSON.stringify(toTaskEvent(finished('told')));
    const { answer } = await invokeBundle('notify-channels', { Records: [sqsRecord(body)] }, environment);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(cloud.received.find(({ path }) => path === '/slack')?.body).toContain('told');
    const deliveries = [{ channel: 'ops', status: 'delivered', attempts: 1, http_status: 200 }];
    expect(await results.get('told')).toMatchObject({ deliveries });
  });

  it('deliver-webhook posts the signed event to the callback of its task', async () => {
    const clock = { now: Date.now };
    const results = createDynamoTaskResultStore({ client: dynamo.client, tableName: LOCAL_TABLES.results, clock, log });
    await results.put({ ...finished('hooked'), callbackUrl: `${cloud.url}/hook` });
    const body = JSON.stringify(toTaskEvent(finished('hooked')));
    const loopback = { ...environment, ALLOW_LOOPBACK_CALLBACKS: 'true' };
    const { answer } = await invokeBundle('deliver-webhook', { Records: [sqsRecord(body)] }, loopback);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(cloud.received.find(({ path }) => path === '/hook')?.body).toBe(body);
    expect(await results.get('hooked')).toMatchObject({ deliveries: [{ channel: 'webhook', status: 'delivered' }] });
  });
});

function finished(taskId: string): TaskResult {
  const completedAtMs = Date.now();
  return {
    taskId,
    ...identity,
    outcome: 'succeeded',
    taskType: 'import_api',
    registeredAtMs: completedAtMs - 5_000,
    completedAtMs,
    summary: { created: 1 },
    result: { kind: 'none' },
    expiresAtS: Math.ceil(completedAtMs / 1000) + 3600,
  };
}

function httpEvent(method: string, path: string, body: unknown, key = API_KEY) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    requestContext: { requestId: 'r-1', http: { method, path, sourceIp: '127.0.0.1', userAgent: 'test' } },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

function sqsRecord(body: string) {
  return {
    messageId: 'm-1',
    receiptHandle: 'h-1',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
  };
}
