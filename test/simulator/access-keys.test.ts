import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Signing, signGet, startTestSimulator, taskPath } from './client.ts';

type World = Awaited<ReturnType<typeof startTestSimulator>>;

async function get(world: World, signing: Signing = {}): Promise<string> {
  const url = world.simulator.url + taskPath(world.control.addTask());
  const response = await fetch(url, { headers: signGet(url, world.clock.nowMs, signing) });
  const body = (await response.json()) as { error_msg?: string };
  return `${response.status} ${body.error_msg?.replace('Incorrect IAM authentication information: ', '') ?? ''}`.trim();
}

const isoBasic = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

describe('AK/SK', () => {
  it('lets a well signed request in', async () => {
    await using world = await startTestSimulator();
    expect(await get(world)).toBe('200');
  });

  it('lets in what the official SDK signs, body and query included', async () => {
    await using world = await startTestSimulator({ clock: { now: Date.now } });
    const { projectId, instanceId, ak, sk } = DEFAULT_ACCOUNT;
    const path = `/v2/${projectId}/apigw/instances/${instanceId}/openapi/async-export`;
    const request = {
      method: 'POST',
      endpoint: world.simulator.url + path,
      queryParams: { oas_version: '3.0' },
      headers: { 'content-type': 'application/json' },
      data: { env_id: 'none', group_id: 'none' },
    };
    const headers = AKSKSigner.sign(request as never, { getAk: () => ak, getSk: () => sk } as never);
    const { host: _, ...sent } = headers as Record<string, string>;
    const response = await fetch(`${request.endpoint}?oas_version=3.0`, {
      method: 'POST',
      headers: sent,
      body: JSON.stringify(request.data),
    });
    expect(await response.json()).toMatchObject({ error_code: 'APIG.3003' });
  });

  it('refuses dates more than 15 minutes off, both ways', async () => {
    await using world = await startTestSimulator();
    const at = (offsetMs: number) => get(world, { date: isoBasic(world.clock.nowMs + offsetMs) });
    expect(await at(15 * 60_000)).toBe('200');
    expect(await at(-15 * 60_000)).toBe('200');
    expect(await at(15 * 60_000 + 1_000)).toMatch(/^401 the request is expired/);
    expect(await at(-15 * 60_000 - 1_000)).toMatch(/^401 the request is expired/);
    expect(await get(world, { date: '2026-11-24' })).toBe('401 x-sdk-date format is invalid');
  });

  it('locks the AK for five minutes after five bad signatures in a row', async () => {
    await using world = await startTestSimulator();
    for (let i = 0; i < 5; i++) expect(await get(world, { sk: 'wrong' })).toBe('401 verify aksk signature fail');
    expect(await get(world)).toMatch(/^401 ak is locked/);
    world.clock.advance(5 * 60_000 - 1);
    expect(await get(world)).toMatch(/^401 ak is locked/);
    world.clock.advance(1);
    expect(await get(world)).toBe('200');
  });

  it('forgets bad signatures after a good one', async () => {
    await using world = await startTestSimulator();
    for (const sk of ['a', 'b', 'c', 'd', DEFAULT_ACCOUNT.sk, 'e']) await get(world, { sk });
    expect(await get(world)).toBe('200');
  });

  it('lets one AK into each of its projects, and no other', async () => {
    const { instanceId, ...account } = DEFAULT_ACCOUNT;
    const accounts = ['p1', 'p2'].map((projectId) => ({ ...account, projectId, instanceIds: [instanceId] }));
    await using world = await startTestSimulator({ accounts });
    const statusIn = async (projectId: string) => {
      const path = taskPath(world.control.addTask({ projectId })).replace(DEFAULT_ACCOUNT.projectId, projectId);
      const url = world.simulator.url + path;
      return (await fetch(url, { headers: signGet(url, world.clock.nowMs) })).status;
    };
    expect([await statusIn('p1'), await statusIn('p2'), await statusIn('p3')]).toEqual([200, 200, 403]);
  });

  it('refuses a path that no signer can have encoded', async () => {
    await using world = await startTestSimulator();
    const url = world.simulator.url + taskPath('%zz');
    const response = await fetch(url, { headers: signGet(url, world.clock.nowMs) });
    expect([response.status, await response.json()]).toMatchObject([401, { error_code: 'APIGW.0301' }]);
  });

  it('does not know other access keys', async () => {
    await using world = await startTestSimulator();
    expect(await get(world, { ak: 'OTHER' })).toBe('401 ak not exist');
  });

  it('asks for the security token of a temporary key', async () => {
    const { instanceId, ...account } = DEFAULT_ACCOUNT;
    const accounts = [{ ...account, instanceIds: [instanceId], securityToken: 'temporary' }];
    await using world = await startTestSimulator({ accounts });
    expect(await get(world)).toBe('401 security token is invalid');
    expect(await get(world, { extra: { 'x-security-token': 'temporary' } })).toBe('200');
  });
});
