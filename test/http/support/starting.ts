import { afterEach, beforeEach } from 'vitest';
import { createHuaweiStarts } from '../../../functions/huawei/starts.ts';
import { createStarts } from '../../../functions/starts/starts.ts';
import { defaultProfile } from '../../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../../simulator/defaults.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { createVirtualClock, silentLog } from '../../support/fixtures.ts';
import { createMemoryIntents } from '../../support/memory-intents.ts';
import { createMemoryPending } from '../../support/memory-stores.ts';
import { createApi, type Reply } from './api.ts';

const { instanceId, projectId } = DEFAULT_ACCOUNT;
export const mock = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
export const FILE = JSON.stringify({ swagger: '2.0', info: { title: 'orders' }, paths: { '/a': { get: mock } } });
export const EXPORT = { group_id: SMALL_GROUP_ID, env_id: RELEASE_ENVIRONMENT_ID };

/** Of the test that runs; each has its own. */
export let simulator: Simulator;
let huawei: ReturnType<typeof createHuaweiStarts>;

/** Starts a simulator before each test of a file, and closes it after. */
export function simulateHuawei(): void {
  beforeEach(async () => {
    simulator = await startSimulator({ waitingMs: 0, processingMs: 0 });
    const profiles = { default: defaultProfile(simulator.url) };
    huawei = createHuaweiStarts({
      profiles: async () => ({ profiles }),
      clock: { now: Date.now, sleep: async () => {} },
    });
  });
  afterEach(async () => {
    await huawei.close();
    await simulator.close();
  });
}

/** The API with its starts, at the simulator. */
export function setUp() {
  const clock = createVirtualClock(Date.now());
  const pending = createMemoryPending();
  const intents = createMemoryIntents(clock);
  const starts = createStarts({
    intents,
    huawei,
    pending,
    results: { get: async () => undefined },
    clock,
    log: silentLog,
  });
  const api = createApi({
    pending,
    clock,
    starts,
    profiles: async () => ({ default: { project_id: projectId, instance_id: instanceId } }),
  });
  return { ...api, pending, intents, clock, starts };
}

type Api = ReturnType<typeof setUp>;

export async function postImport(api: Api, fields: Record<string, string | File> = {}, key?: string): Promise<Reply> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ file_name: new File([FILE], 'orders.json'), ...fields }))
    form.set(name, value);
  const response = new Response(form);
  const headers = {
    'content-type': response.headers.get('content-type') ?? '',
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  return api.call('POST', '/imports', { rawBody: Buffer.from(await response.arrayBuffer()), headers });
}

export const postExport = (api: Api, body: object = EXPORT, key?: string) =>
  api.call('POST', '/exports', { body, headers: key === undefined ? {} : { 'idempotency-key': key } });
export const started = () => simulator.control.stats().byRoute;
export const faultOn = (route: 'import' | 'export', fault: Fault, times = 1) =>
  simulator.control.setFault({ fault, match: { route }, times });
