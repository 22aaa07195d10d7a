import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Profiles } from '../../functions/huawei/profiles.ts';
import { createHuaweiTaskQuery, type HuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

const { projectId, instanceId, ak, sk, domainName, userName, password } = DEFAULT_ACCOUNT;
const SYSTEM_CLOCK = { now: Date.now, sleep: async () => undefined };

let simulator: Simulator;
let query: HuaweiTaskQuery;

beforeAll(async () => {
  simulator = await startSimulator();
  const shared = { project_id: projectId, apig_endpoint: simulator.url, iam_endpoint: simulator.url };
  const profiles: Profiles = {
    key: { ...shared, ak, sk },
    'wrong-key': { ...shared, ak, sk: 'not-the-key' },
    login: { ...shared, domain_name: domainName, user_name: userName, password },
    'wrong-login': { ...shared, domain_name: domainName, user_name: userName, password: 'wrong' },
    fixed: { ...shared, auth_token: 'invented' },
  };
  query = createHuaweiTaskQuery({ profiles: async () => ({ profiles }), clock: SYSTEM_CLOCK, timeoutMs: 300 });
});
beforeEach(() => simulator.control.reset());
afterAll(async () => {
  await query.close();
  await simulator.close();
});

const poll = (taskId: string, profile = 'key') => query.poll({ taskId, instanceId, projectId, profile });

describe.each(['key', 'login'])('signed in with %s', (profile) => {
  test('every ending is read', async () => {
    const { control } = simulator;
    const end = async (seed: Parameters<typeof control.addTask>[0]) => poll(control.addTask(seed), profile);
    expect(await end({ ending: 'success' })).toMatchObject({
      kind: 'final',
      succeeded: true,
      result: { kind: 'import' },
    });
    expect(await end({ ending: 'partial' })).toHaveProperty('result.failure[0].error_code');
    expect(await end({ ending: 'failure' })).toMatchObject({
      kind: 'final',
      succeeded: false,
      result: { kind: 'failure' },
    });
    expect(await end({ ending: 'never' })).toMatchObject({ kind: 'pending', taskStatus: 'processing' });
    expect(await end({ waitingMs: 60_000 })).toMatchObject({ kind: 'pending', taskStatus: 'waiting' });
    const exported = await end({ taskType: 'export_api', documentBytes: 3_000_000 });
    expect(exported).toMatchObject({ kind: 'final', result: { kind: 'export', file_type: '.json' } });
  });

  test('an unknown task and an unknown gateway are told apart', async () => {
    expect(await poll('0'.repeat(32), profile)).toMatchObject({ fault: { class: 'not_found' } });
    const elsewhere = { taskId: '0'.repeat(32), instanceId: 'f'.repeat(32), projectId, profile };
    expect(await query.poll(elsewhere)).toMatchObject({ fault: { class: 'gateway_not_found' } });
  });
});

test('a revoked token is renewed within the same poll', async () => {
  const taskId = simulator.control.addTask({});
  await poll(taskId, 'login');
  simulator.control.revokeTokens();
  expect(await poll(taskId, 'login')).toMatchObject({ kind: 'final' });
});

test.each(['wrong-key', 'wrong-login', 'fixed'])('%s is refused after one request', async (profile) => {
  expect(await poll(simulator.control.addTask({}), profile)).toMatchObject({ fault: { class: 'unauthenticated' } });
});

describe('faults', () => {
  test.each([
    [
      { kind: 'error', status: 429, code: 'APIGW.0308', retryAfterS: 2 },
      { class: 'throttled', retryAfterMs: 2_000 },
    ],
    [{ kind: 'error', status: 500, code: 'APIG.9008' }, { class: 'throttled' }],
    [{ kind: 'error', status: 409 }, { class: 'transient' }],
    [{ kind: 'error', status: 403 }, { class: 'forbidden' }],
    [{ kind: 'error', status: 400 }, { class: 'permanent' }],
    [{ kind: 'hang' }, { class: 'transient', error: { code: 'TIMEOUT' } }],
    [{ kind: 'reset' }, { class: 'transient', error: { code: 'CONNECTION' } }],
    [{ kind: 'truncated' }, { class: 'transient' }],
    [{ kind: 'not_json' }, { class: 'transient', error: { code: 'BAD_ANSWER' } }],
    [
      { kind: 'huge', bytes: 65 * 1024 * 1024 },
      { class: 'permanent', error: { code: 'ANSWER_TOO_LARGE' } },
    ],
  ] as const)('%j is classified', async (fault, expected) => {
    const taskId = simulator.control.addTask({});
    simulator.control.setFault({ fault, match: { taskId }, times: 1 });
    expect(await poll(taskId)).toMatchObject({ kind: 'fault', fault: expected });
    expect(await poll(taskId)).toMatchObject({ kind: 'final' });
  });
});
