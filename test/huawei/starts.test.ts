import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHuaweiStarts } from '../../functions/huawei/starts.ts';
import type { StartOrder } from '../../functions/tasks/start.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT, RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

const { instanceId, projectId, domainName, userName, password } = DEFAULT_ACCOUNT;
const TARGET = { instanceId, projectId, profile: 'default' };
const CALL = { timeoutMs: 5_000 };
const FILE = Buffer.from(JSON.stringify({ swagger: '2.0', info: { title: 'orders' }, paths: {} }));
const clock = { now: Date.now, sleep: async () => {} };

const importOf = (fields: Record<string, string> = {}): StartOrder => ({
  type: 'import_api',
  fields,
  file: { name: 'naïve "orders", v1.json', size_bytes: FILE.length, sha256: '' },
  title: 'orders',
});
const exportOf = (more: object = {}): StartOrder => ({
  type: 'export_api',
  fields: { group_id: SMALL_GROUP_ID, env_id: RELEASE_ENVIRONMENT_ID, oas_version: '3.0', ...more },
});

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ waitingMs: 0, processingMs: 0 });
});
afterEach(() => simulator.close());

async function using<T>(
  profile: object,
  use: (starts: ReturnType<typeof createHuaweiStarts>) => Promise<T>,
): Promise<T> {
  const profiles = { default: { ...defaultProfile(simulator.url), ...profile } };
  const starts = createHuaweiStarts({ profiles: async () => ({ profiles }), clock });
  try {
    return await use(starts);
  } finally {
    await starts.close();
  }
}

const startImport = (profile: object = {}, fields: Record<string, string> = {}) =>
  using(profile, (starts) => starts.start(importOf(fields), TARGET, { ...CALL, file: FILE }));
const statusOf = (taskId: string) => simulator.control.task(taskId)?.status;

describe('starting at the simulator', () => {
  const byPassword = { ak: undefined, sk: undefined, domain_name: domainName, user_name: userName, password };

  it.each([
    ['AK/SK', {}],
    ['a password', byPassword],
  ])('starts an import and an export, signed in with %s', async (_, profile) => {
    const imported = await startImport(profile);
    if (imported.kind !== 'started') throw new Error(JSON.stringify(imported));
    expect(statusOf(imported.taskId)).toBe('succeed');
    const exported = await using(profile, (starts) => starts.start(exportOf(), TARGET, CALL));
    expect(exported).toEqual({ kind: 'started', taskId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it('passes the fields of Huawei on', async () => {
    const missing = await startImport({}, { is_create_group: 'false' });
    expect(missing).toMatchObject({
      kind: 'refused',
      blames: 'request',
      error: { code: 'APIG.2001', httpStatus: 400 },
    });
    const answer = await startImport({}, { is_create_group: 'false', group_id: SMALL_GROUP_ID, api_mode: 'override' });
    expect(answer.kind).toBe('started');
  });

  it.each<[string, Fault, object]>([
    ['a conflict', { kind: 'error', status: 409 }, { kind: 'busy', error: { code: 'APIG.3718' } }],
    ['a limit', { kind: 'error', status: 429, retryAfterS: 3 }, { kind: 'busy', retryAfterMs: 3_000 }],
    ['APIG.9008', { kind: 'error', status: 500, code: 'APIG.9008' }, { kind: 'busy' }],
    ['another project', { kind: 'error', status: 409, code: 'APIG.1149' }, { kind: 'refused', blames: 'request' }],
    ['no permission', { kind: 'error', status: 403 }, { kind: 'refused', blames: 'upstream' }],
    ['a wrong signature', { kind: 'error', status: 401 }, { kind: 'refused', blames: 'upstream' }],
    ['no such feature', { kind: 'error', status: 412 }, { kind: 'refused', blames: 'request' }],
    ['a failure', { kind: 'error', status: 500 }, { kind: 'lost', error: { code: 'APIG.9999' } }],
    ['a gateway in between', { kind: 'error', status: 504 }, { kind: 'lost' }],
    ['a reset', { kind: 'reset' }, { kind: 'lost', error: { code: 'CONNECTION' } }],
    ['half an answer', { kind: 'truncated' }, { kind: 'lost' }],
    ['a page', { kind: 'not_json' }, { kind: 'lost', error: { code: 'BAD_ANSWER' } }],
  ])('judges %s', async (_, fault, expected) => {
    simulator.control.setFault({ fault, match: { route: 'import' } });
    expect(await startImport()).toMatchObject(expected);
    expect(simulator.control.stats().byRoute.import).toBe(1);
  });

  it('takes no answer in time for lost', async () => {
    simulator.control.setFault({ fault: { kind: 'hang' }, match: { route: 'import' } });
    const lost = await using({}, (starts) => starts.start(importOf(), TARGET, { file: FILE, timeoutMs: 50 }));
    expect(lost).toMatchObject({ kind: 'lost', error: { code: 'TIMEOUT' } });
  });

  it('renews a refused token once, and never repeats a refused signature', async () => {
    simulator.control.setFault({ fault: { kind: 'error', status: 401 }, match: { route: 'import' }, times: 1 });
    expect((await startImport(byPassword)).kind).toBe('started');
    simulator.control.setFault({ fault: { kind: 'error', status: 401 }, match: { route: 'import' }, times: 1 });
    expect((await startImport()).kind).toBe('refused');
  });

  it('begins nothing at a closed port, with a wrong password, and with an unknown profile', async () => {
    const closed = { apig_endpoint: 'http://127.0.0.1:1' };
    expect(await startImport(closed)).toMatchObject({
      kind: 'refused',
      blames: 'upstream',
      error: { code: 'CONNECTION' },
    });
    const wrong = await startImport({ ...byPassword, password: 'wrong' });
    expect(wrong).toMatchObject({ kind: 'refused', blames: 'upstream', error: { code: 'IAM.401' } });
    const target = { ...TARGET, profile: 'nobody' };
    const unknown = await using({}, (starts) => starts.start(exportOf(), target, CALL));
    expect(unknown).toMatchObject({ kind: 'refused', blames: 'upstream', error: { code: 'UNKNOWN_PROFILE' } });
    expect(simulator.control.stats().byRoute.import).toBeUndefined();
  });

  it('finds the group of a title that was made since, and no older one', async () => {
    const find = (sinceMs: number) => using({}, (starts) => starts.findGroup(TARGET, 'orders', sinceMs));
    const beforeMs = Date.now();
    expect(await find(beforeMs)).toEqual({ kind: 'none' });
    await startImport();
    expect(await find(beforeMs)).toEqual({ kind: 'found', groupId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(await find(Date.now() + 120_000)).toEqual({ kind: 'none' });
    simulator.control.setFault({ fault: { kind: 'error', status: 403 }, match: { route: 'groups' } });
    expect(await find(beforeMs)).toMatchObject({ kind: 'failed', error: { code: 'APIG.1005' } });
  });
});
