import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoStartIntentStore, startIntentsDefinition } from '../../functions/stores/dynamo/start-intents.ts';
import { ensureTable } from '../../functions/stores/dynamo/tables.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from '../support/dynalite.ts';
import { silentLog } from '../support/fixtures.ts';
import { invokeBundle } from './invoke-bundle.ts';
import { type LoopbackCloud, startLoopbackCloud } from './loopback-cloud.ts';

const API_KEY = 'key-of-forty-characters-0123456789-abcde';
const INTENTS_TABLE = 'StartIntents';

let cloud: LoopbackCloud;
let dynamo: Dynalite;
let simulator: Simulator;
let environment: Record<string, string>;

beforeAll(async () => {
  [cloud, dynamo, simulator] = await Promise.all([startLoopbackCloud(), startDynalite(), startSimulator()]);
  await ensureTable(dynamo.client, startIntentsDefinition(INTENTS_TABLE));
  cloud.secrets = {
    huawei: { profiles: { default: defaultProfile(simulator.url) } },
    'api-keys': { keys: [API_KEY] },
  };
  environment = {
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    PENDING_TABLE: LOCAL_TABLES.pending,
    RESULTS_TABLE: LOCAL_TABLES.results,
    INTENTS_TABLE,
    HUAWEI_SECRET_ID: 'huawei',
    API_KEYS_SECRET_ID: 'api-keys',
    WAKE_QUEUE_URL: `${cloud.url}/000000000000/wakes`,
  };
});
afterAll(async () => {
  await Promise.all([dynamo?.close(), simulator?.close(), cloud?.[Symbol.asyncDispose]()]);
});

/** As API Gateway sends it: what is no text arrives in base64. */
function httpEvent(path: string, body: Buffer, headers: Record<string, string>) {
  return {
    version: '2.0',
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: { authorization: `Bearer ${API_KEY}`, ...headers },
    requestContext: { requestId: 'r-1', http: { method: 'POST', path, sourceIp: '127.0.0.1', userAgent: 'test' } },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}

async function importEvent(key: string) {
  const form = new FormData();
  form.set('file_name', new File(['{"swagger":"2.0","info":{"title":"bundle"},"paths":{}}'], 'a.json'));
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', 'idempotency-key': key };
  return httpEvent('/imports', Buffer.from(await encoded.arrayBuffer()), headers);
}

const invoke = async (event: unknown) => (await invokeBundle('start-tasks', event, environment)).answer;
const pendingIds = async () => {
  const pending = createDynamoPendingTaskStore({
    client: dynamo.client,
    tableName: LOCAL_TABLES.pending,
    log: silentLog,
  });
  const ids: string[] = [];
  for await (const page of pending.scan({ segment: 0, totalSegments: 1 }))
    ids.push(...page.map(({ taskId }) => taskId));
  return ids;
};

describe('the bundle of start-tasks', () => {
  it('starts an import once for its key, watches it and wakes the poller', async () => {
    const first = await invoke(await importEvent('job-1'));
    expect(first).toMatchObject({ statusCode: 202, body: expect.stringContaining('"group_name":"bundle"') });
    const again = await invoke(await importEvent('job-1'));
    expect(again).toMatchObject({ statusCode: 200, headers: { location: first.headers.location } });
    expect(simulator.control.stats().byRoute.import).toBe(1);
    expect(await pendingIds()).toEqual([JSON.parse(first.body).task_id]);
    expect(cloud.received.map(({ target }) => target)).toEqual(['AmazonSQS.SendMessage']);
  });

  it('goes on at a heartbeat with an export whose process died', async () => {
    const intents = createDynamoStartIntentStore({
      client: dynamo.client,
      tableName: INTENTS_TABLE,
      clock,
      log: silentLog,
    });
    const { instanceId, projectId } = DEFAULT_ACCOUNT;
    const nowMs = Date.now();
    await intents.claim({
      ...{ key: 'key-job-2', fingerprint: 'f', createdAtMs: nowMs, expiresAtMs: nowMs + 60_000, version: 1 },
      order: { type: 'export_api', fields: { group_id: SMALL_GROUP_ID, env_id: RELEASE_ENVIRONMENT_ID } },
      task: { ...{ instanceId, projectId, profile: 'default' }, registeredAtMs: nowMs, deadlineAtMs: nowMs + 60_000 },
      state: { kind: 'calling', untilMs: nowMs - 1 },
    });
    expect(await invoke({ resume: true })).toBeNull();
    const { state } = (await intents.get('key-job-2')) ?? expect.fail('the intent is gone');
    expect(state).toEqual({ kind: 'watched', taskId: expect.any(String) });
    expect(await pendingIds()).toContain(state.kind === 'watched' && state.taskId);
  });
});
