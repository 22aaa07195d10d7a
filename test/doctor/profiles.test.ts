import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkProfiles } from '../../doctor/check-profiles.ts';
import type { Profile, Profiles } from '../../functions/huawei/profiles.ts';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { startServer } from '../huawei/loopback-server.ts';

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
    [403, 'APIG.1005', 'fail', 'or apig:apis:import or apig:apis:export'],
    [404, 'APIG.3030', 'fail', 'check instance_id'],
    [409, 'APIG.1149', 'fail', 'check project_id'],
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

describe('IAM', () => {
  const passwordOf = (iam_endpoint: string) => withPassword({ iam_endpoint });
  const answering = (status: number, body = '') => startServer((_, response) => response.writeHead(status).end(body));
  const lockAdvice = expect.stringContaining('password');

  it('that cannot be reached is not taken for a refused password', async () => {
    const server = await answering(200);
    await server[Symbol.asyncDispose]();
    const findings = await examine({ a: passwordOf(server.origin), b: passwordOf(server.origin) });
    const finding = {
      level: 'fail',
      message: expect.stringMatching(/^IAM cannot be reached, CONNECTION: .*ECONNREFUSED/),
      fix: 'check region, iam_endpoint, HTTPS_PROXY, DNS and firewall',
    };
    expect(findings).toEqual([
      { check: 'huawei a', ...finding },
      { check: 'huawei b', ...finding },
    ]);
  });

  it.each([
    [503, 'busy', 'warn', 'IAM answers with an error', 'run the doctor again later'],
    [429, '', 'warn', 'IAM answers with an error', 'run the doctor again later'],
    [404, '<html>', 'fail', 'no answer of IAM', 'check region and iam_endpoint'],
    [201, '{}', 'fail', 'no answer of IAM', 'check region and iam_endpoint'],
  ])('that answers %i is not taken for a refused password', async (status, body, level, message, fix) => {
    await using server = await answering(status, body);
    const finding = await examineOne(passwordOf(server.origin));
    expect(finding).toMatchObject({ level, message: expect.stringContaining(message) });
    expect(finding).toMatchObject({ fix: expect.stringContaining(fix) });
    expect(finding).not.toMatchObject({ fix: lockAdvice });
  });

  it.each([400, 401, 403])('that refuses with its own %i means the login', async (status) => {
    const said = JSON.stringify({ error: { code: status, message: 'no', title: 'No' } });
    await using server = await answering(status, said);
    expect(await examineOne(passwordOf(server.origin))).toMatchObject({ level: 'fail', fix: lockAdvice });
  });
});

describe('a clock that is off', () => {
  it.each([-20, 20])('by %i minutes is named instead of the key', async (minutes) => {
    const clock = { ...systemClock, now: () => Date.now() + minutes * 60_000 };
    const [finding] = await checkProfiles({ default: withKey() }, { ...deps, clock });
    expect(finding).toMatchObject({ level: 'fail', fix: expect.stringContaining('set the clock of this machine') });
  });
});
