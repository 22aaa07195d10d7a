import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkProfiles } from '../../doctor/check-profiles.ts';
import type { Profile, Profiles } from '../../functions/huawei/profile.ts';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const deps = { clock: systemClock, noteDate: () => undefined };
const examine = (profiles: Profiles) => checkProfiles(profiles, deps);
const examineOne = async (profile: Profile) => (await examine({ default: profile }))[0];
const requests = () => simulator.control.stats().requests;

const withKey = (changes: Partial<Profile> = {}): Profile => ({ ...defaultProfile(simulator.url), ...changes });
const withPassword = (changes: Partial<Profile> = {}): Profile => {
  const { ak: _, sk: __, ...rest } = defaultProfile(simulator.url);
  const { domainName, userName, password } = DEFAULT_ACCOUNT;
  return { ...rest, domain_name: domainName, user_name: userName, password, ...changes };
};
const withToken = (token: string): Profile => {
  const { ak: _, sk: __, ...rest } = defaultProfile(simulator.url);
  return { ...rest, auth_token: token };
};

describe('a profile that works', () => {
  it('is accepted by its access key, in one request', async () => {
    expect(await examineOne(withKey())).toEqual({
      check: 'huawei default',
      level: 'ok',
      message: 'credentials accepted (APIG.3093 for a task that does not exist)',
    });
    expect(requests()).toBe(1);
  });

  it('is accepted by its password, in one sign-in and one request', async () => {
    expect(await examineOne(withPassword())).toMatchObject({ level: 'ok' });
    expect(simulator.control.stats().byRoute).toEqual({ token: 1, task: 1 });
  });

  it('needs no default gateway', async () => {
    const { instance_id: _, ...profile } = withKey();
    expect(await examineOne(profile)).toMatchObject({
      level: 'ok',
      message: expect.stringContaining('no default gateway'),
    });
  });
});

describe('credentials that are refused', () => {
  it('are tried once and never again', async () => {
    expect(await examineOne(withKey({ sk: 'a-wrong-secret-key' }))).toMatchObject({
      level: 'fail',
      message: expect.stringMatching(/^refused, APIGW\.0301: .*\(request .+\)$/),
      fix: expect.stringContaining('put a valid ak and sk'),
    });
    expect(requests()).toBe(1);
  });

  it('do not lock a key that eight profiles share', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const findings = await examine(
      Object.fromEntries(names.map((name) => [name, withKey({ sk: 'a-wrong-secret-key' })])),
    );
    expect(requests()).toBe(1);
    expect(findings.map(({ level }) => level)).toEqual(names.map(() => 'fail'));
    expect(findings[7]?.message).toBe('not tried: it uses the same login as profile "a", which was refused');
    expect(await examineOne(withKey())).toMatchObject({ level: 'ok' });
  });

  it('as a password are sent to IAM once, for all projects of the user', async () => {
    const wrong = withPassword({ password: 'not-the-password' });
    const findings = await examine({ a: wrong, b: { ...wrong, project_id: 'another' } });
    expect(findings).toMatchObject([
      { level: 'fail', fix: expect.stringContaining('lock the account') },
      { level: 'fail' },
    ]);
    expect(simulator.control.stats().byRoute).toEqual({ token: 1 });
  });

  it('as a token are not renewed', async () => {
    expect(await examineOne(withToken('no-token-of-ours'))).toMatchObject({
      level: 'fail',
      fix: expect.stringContaining('new auth_token'),
    });
    expect(requests()).toBe(1);
  });

  it('of one profile say nothing about another', async () => {
    const findings = await examine({ bad: withKey({ ak: 'SOMEBODYELSE' }), good: withKey() });
    expect(findings).toMatchObject([
      { check: 'huawei bad', level: 'fail' },
      { check: 'huawei good', level: 'ok' },
    ]);
  });
});

describe('other trouble with Huawei Cloud', () => {
  const answering = (status: number, code: string) =>
    simulator.control.setFault({ fault: { kind: 'error', status, code } });

  it.each([
    [403, 'APIG.1005', 'fail', 'grant apig:asyncTask:get'],
    [404, 'APIG.3030', 'fail', 'check instance_id'],
    [404, 'APIGW.0101', 'fail', 'check region and apig_endpoint'],
    [400, 'APIG.2012', 'fail', 'check project_id'],
    [429, 'APIGW.0308', 'warn', 'requests_per_second'],
    [503, 'APIGW.0613', 'warn', 'run the doctor again later'],
  ])('%i %s is told with its own remedy', async (status, code, level, fix) => {
    answering(status, code);
    const message = expect.stringContaining(code);
    expect(await examineOne(withKey())).toMatchObject({ level, message, fix: expect.stringContaining(fix) });
    expect(requests()).toBe(1);
  });

  it('is told when nobody answers', async () => {
    await simulator.close();
    expect(await examineOne(withKey())).toMatchObject({
      level: 'fail',
      message: expect.stringMatching(/^cannot be reached/),
    });
    simulator = await startSimulator();
  });

  it('is told when the connection breaks', async () => {
    simulator.control.setFault({ fault: { kind: 'reset' } });
    expect(await examineOne(withKey())).toMatchObject({ level: 'fail', fix: expect.stringContaining('firewall') });
    expect(requests()).toBe(1);
  });
});
