import { describe, expect, it } from 'vitest';
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { gatewayPath, getTask, postImport, startTestSimulator } from './client.ts';

const immediate = { auth: false, waitingMs: 0, processingMs: 0 };
const mock = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
const fileOf = (title: string) =>
  JSON.stringify({ swagger: '2.0', info: { title }, paths: { '/a': { get: mock }, '/b': { get: mock } } });

async function importNow(simulator: Simulator, text: string) {
  const { task_id } = (await (await postImport(simulator, text)).json()) as { task_id: string };
  return JSON.parse((await getTask(simulator, task_id)).task_result);
}

async function listGroups(simulator: Simulator, query: string) {
  const response = await fetch(`${simulator.url}${gatewayPath}/api-groups?${query}`);
  return (await response.json()) as { total: number; size: number; groups: Record<string, string>[] };
}

async function postPublish(simulator: Simulator, body: object, query = '?action=online') {
  const url = `${simulator.url}${gatewayPath}/apis/publish${query}`;
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ env_id: RELEASE_ENVIRONMENT_ID, ...body }),
  });
  return { status: response.status, body: (await response.json()) as { success?: object[] } };
}

describe('GET …/api-groups', () => {
  it('finds a group by a part of its name, or by exactly its name', async () => {
    await using world = await startTestSimulator(immediate);
    const made = [
      await importNow(world.simulator, fileOf('orders')),
      await importNow(world.simulator, fileOf('orders-v2')),
    ];
    const byPart = await listGroups(world.simulator, 'name=orders');
    expect(byPart).toMatchObject({ total: 2, size: 2, groups: made.map(({ group_id: id }) => ({ id })) });
    const exact = await listGroups(world.simulator, 'name=orders&precise_search=name');
    const registered = { name: 'orders', register_time: '2026-11-24T12:00:00Z' };
    expect(exact).toMatchObject({ total: 1, groups: [{ id: made[0].group_id, ...registered }] });
  });

  it('answers pages', async () => {
    await using world = await startTestSimulator(immediate);
    const page = await listGroups(world.simulator, 'limit=1&offset=1');
    expect(page).toMatchObject({ total: 2, size: 1, groups: [{ name: 'large-group' }] });
  });
});

describe('POST …/apis/publish', () => {
  it('publishes the APIs that are named, and says which it does not know', async () => {
    await using world = await startTestSimulator(immediate);
    const { success } = await importNow(world.simulator, fileOf('orders'));
    const { status, body } = await postPublish(world.simulator, { apis: [success[0].id, 'gone'], remark: 'release 7' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: [{ api_id: success[0].id, api_name: 'GET_/a', env_id: RELEASE_ENVIRONMENT_ID }],
      failure: [{ api_id: 'gone', error_code: 'APIG.3002' }],
    });
  });

  it('publishes a whole group, and takes it offline once', async () => {
    await using world = await startTestSimulator(immediate);
    expect((await postPublish(world.simulator, { group_id: SMALL_GROUP_ID })).body.success).toHaveLength(2);
    const offline = () => postPublish(world.simulator, { group_id: SMALL_GROUP_ID }, '?action=offline');
    expect((await offline()).body).toMatchObject({ success: [{}, {}], failure: [] });
    expect((await offline()).body).toMatchObject({ success: [], failure: [{ error_code: 'APIG.3015' }, {}] });
  });

  it.each([
    ['no environment', { env_id: undefined, apis: ['a'] }, 400, 'APIG.2001'],
    ['an environment that is unknown', { env_id: 'x', apis: ['a'] }, 404, 'APIG.3003'],
    ['no APIs', {}, 400, 'APIG.2001'],
    ['a group that is unknown', { group_id: 'x' }, 404, 'APIG.3001'],
    ['1,001 APIs', { apis: Array.from({ length: 1_001 }, String) }, 400, 'APIG.2003'],
    ['a remark of 256 characters', { apis: ['a'], remark: 'x'.repeat(256) }, 400, 'APIG.2003'],
  ])('refuses %s', async (_, body, status, error_code) => {
    await using world = await startTestSimulator(immediate);
    expect(await postPublish(world.simulator, body)).toMatchObject({ status, body: { error_code } });
  });
});
