import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMissingProjects } from '../../functions/huawei/find-project.ts';
import { createTransport } from '../../functions/huawei/transport.ts';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

const { projectId, region, domainName, userName, password } = DEFAULT_ACCOUNT;
const FOUND = { kind: 'found', projectId, region };

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

async function find(profiles: object, endpoints = {}) {
  const transport = createTransport({ connections: 1, timeoutMs: 2_000 });
  const found = await findMissingProjects({ profiles }, endpoints, { transport, clock });
  await transport.close();
  return Object.fromEntries(found);
}

/** Without a project. */
function profile(changes: object = {}): object {
  const { project_id: _, ...rest } = defaultProfile(simulator.url);
  return { ...rest, ...changes };
}
const BY_PASSWORD = { ak: undefined, sk: undefined, domain_name: domainName, user_name: userName, password };

describe('the project of a region', () => {
  it.each([
    ['AK/SK', {}, { projects: 1 }],
    ['a password', BY_PASSWORD, { token: 1, projects: 1 }],
  ])('is found with %s', async (_, changes, asked) => {
    expect(await find({ a: profile(changes) })).toEqual({ a: FOUND });
    expect(simulator.control.stats().byRoute).toEqual(asked);
  });

  it('is found at the endpoints of all profiles', async () => {
    const without = profile({ apig_endpoint: undefined, iam_endpoint: undefined });
    const bare = JSON.parse(JSON.stringify({ a: without }));
    expect(await find(bare, { apig: simulator.url, iam: simulator.url })).toEqual({ a: FOUND });
  });

  it('is not asked for where it is given, where there is no region, or where a field is no text', async () => {
    const profiles = {
      a: defaultProfile(simulator.url),
      b: profile({ region: undefined }),
      c: profile({ ak: 7 }),
      d: 1,
    };
    expect(await find(profiles)).toEqual({});
    expect(simulator.control.stats().requests).toBe(0);
  });

  it.each([
    ['another region', { region: 'sim-region-2' }, 'IAM shows no project named sim-region-2 to this user'],
    ['a wrong key', { sk: 'wrong' }, expect.stringContaining('IAM.401')],
    ['a wrong password', { ...BY_PASSWORD, password: 'wrong' }, expect.stringContaining('IAM gave no token')],
    ['no way to sign in', { ak: undefined }, 'BAD_PROFILE: there is no way to sign in'],
    ['an IAM that is not there', { iam_endpoint: 'http://127.0.0.1:9' }, expect.stringContaining('CONNECTION')],
  ])('is not known with %s, and says why', async (_, changes, reason) => {
    expect(await find({ a: profile(changes) })).toEqual({ a: { kind: 'unknown', reason } });
  });

  it('is asked of no other operator', async () => {
    const partner = {
      region: 'eu-west-0',
      apig_endpoint: 'https://apig.eu-west-0.example.com',
      iam_endpoint: undefined,
    };
    expect(await find({ a: profile(partner) })).toEqual({
      a: { kind: 'unknown', reason: expect.stringContaining('iam_endpoint is missing: other clouds') },
    });
  });
});
