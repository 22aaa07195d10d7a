import { describe, expect, test } from 'vitest';
import { resolveEndpoints, sortProfiles, validateProfiles } from '../../functions/huawei/profiles.ts';
import { ConfigError } from '../../functions/tasks/errors.ts';

const good = { region: 'eu-west-101', project_id: 'p1', ak: 'AK', sk: 'SK' };
const login = { domain_name: 'd', user_name: 'u', password: 'hunter2' };
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const problemsOf = (profile: object) => {
  try {
    validateProfiles({ profiles: { main: profile } });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((text) => text.replace('Huawei profile "main": ', ''));
    throw error;
  }
  return [];
};

describe('a profile', () => {
  test.each([
    [good],
    [{ ...good, security_token: 'st', requests_per_second: 3 }],
    [{ region: 'cn-north-4', project_id: 'p', ...login }],
    [{ region: 'my-own-1', apig_endpoint: 'https://apig.internal', project_id: 'p', auth_token: 't' }],
    [{ apig_endpoint: 'http://127.0.0.1:8080', iam_endpoint: 'http://[::1]:9', project_id: 'p', ...login }],
    [{ ...good, callback_url: 'https://ci.example.com/hooks?a=b', webhook_secrets: [SIGNING_SECRET, SIGNING_SECRET] }],
    [{ ...good, callback_url: 'http://127.0.0.1:9/hooks' }],
  ])('is accepted: %j', (profile) => {
    expect(validateProfiles({ profiles: { main: profile } })).toStrictEqual({ main: profile });
    expect(validateProfiles(JSON.stringify({ profiles: { main: profile } }))).toStrictEqual({ main: profile });
  });

  const ways = 'ak + sk, or domain_name + user_name + password, or auth_token';
  test.each([
    [{ ...good, sk: undefined }, ['sk is missing (ak + sk go together)']],
    [{ region: 'cn-north-4', project_id: 'p' }, [`there is no way to sign in: set ${ways}`]],
    [{ ...good, auth_token: 't' }, [`there is more than one way to sign in: keep only one of ${ways}`]],
    [{ ...good, ak: undefined, sk: undefined, auth_token: 't', security_token: 's' }, ['security_token needs ak + sk']],
    [{ ...good, region: undefined }, ['region is missing: set it, or set apig_endpoint']],
    [{ ...good, region: 'moon-1' }, ['region is not a known region: set it, or set apig_endpoint']],
    [{ project_id: 'p', ...login, apig_endpoint: 'https://a' }, ['region is missing: set it, or set iam_endpoint']],
    [{ ...good, project_id: 'a/b' }, ['project_id must have 1 to 64 characters of A-Z a-z 0-9 - _']],
    [{ ...good, ak: 'AK\n' }, ['ak has a space, a line end or a character that is not ASCII']],
    [{ ...good, project_id: undefined }, ['project_id is missing, empty or of the wrong type']],
    [{ ...good, sk: '' }, ['sk is missing, empty or of the wrong type']],
    [{ ...good, requests_per_second: -1 }, ['requests_per_second must be a number above 0']],
    [{ ...good, passwort: 'x', tokn: 'y' }, ['passwort is not a known field', 'tokn is not a known field']],
  ])('is refused by name: %j', (profile, problems) => {
    expect(problemsOf(profile)).toStrictEqual(problems);
  });

  test.each([
    ['ci.example.com/hooks', 'must be an absolute https URL'],
    ['http://ci.example.com/hooks', 'must be an https URL'],
    ['ftp://ci.example.com', 'must be an https URL'],
    ['https://user:hunter2@ci.example.com', 'must not contain a user name or password'],
  ])('cannot have the callback %s', (callback_url, problem) => {
    expect(problemsOf({ ...good, callback_url })).toStrictEqual([`callback_url ${problem}`]);
  });

  const rule =
    'must be whsec_ and the base64 of 24 random bytes or more: make one with echo "whsec_$(openssl rand -base64 32)"';
  test.each([
    [['hunter2'], [`webhook_secrets[0] ${rule}`]],
    [[SIGNING_SECRET, `${SIGNING_SECRET}\n`], [`webhook_secrets[1] ${rule}`]],
    [['whsec_c2hvcnQ='], [`webhook_secrets[0] ${rule}`]],
    [Array(3).fill(SIGNING_SECRET), ['webhook_secrets has more than two: keep the new one first, then the old']],
    [[], ['webhook_secrets is missing, empty or of the wrong type']],
    [[''], ['webhook_secrets[0] is missing, empty or of the wrong type']],
    [SIGNING_SECRET, ['webhook_secrets is missing, empty or of the wrong type']],
  ])('cannot sign with %j', (webhook_secrets, problems) => {
    expect(problemsOf({ ...good, webhook_secrets })).toStrictEqual(problems);
  });

  test.each([
    'http://apig.example.com',
    'http://127.0.0.1.example.com',
    'http://127.evil.com',
    'https://user:secret@apig.example.com',
    'https://apig.example.com/v2',
    'https://apig.example.com?x=1',
    'ftp://127.0.0.1',
    'apig.example.com',
  ])('cannot have the endpoint %s', (endpoint) => {
    expect(problemsOf({ ...good, apig_endpoint: endpoint })).toStrictEqual([
      'apig_endpoint must be https://host[:port] without a path (http only to a loopback address)',
    ]);
    expect(resolveEndpoints({ ...good, apig_endpoint: endpoint })).not.toHaveProperty('apig');
  });

  test('without region is completed by common endpoints, which are checked as well', () => {
    const profiles = { main: { project_id: 'p', auth_token: 't' } };
    const apig = 'https://apig.internal';
    expect(validateProfiles({ profiles }, { apig }).main).toMatchObject({ apig_endpoint: apig });
    expect(() => validateProfiles({ profiles }, { apig: 'http://apig.internal' })).toThrow(/apig_endpoint must be/);
    expect(validateProfiles({ profiles: { main: good } }, {}).main).toStrictEqual(good);
  });

  test('is one of several, whose problems are told all at once and without a value', () => {
    const webhooks = { callback_url: 'http://ci.example.com/t0ken', webhook_secrets: ['whsec_hunter2'] };
    const b = { ...login, project_id: 'x y', ...webhooks };
    const profiles = { a: { ...good, sk: undefined, region: 'moon-1' }, b };
    const attempt = () => validateProfiles({ profiles });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(
      /"a": sk is missing.*"a": region.*"b": project_id.*"b": callback_url.*"b": webhook_secrets/s,
    );
    expect(attempt).not.toThrow(/hunter2|moon-1|x y|t0ken/);
  });
});

describe('several profiles', () => {
  test('are all heard of, and of each every field, refused by its type or by what it says', () => {
    const a = { ...good, requests_per_second: -3, region: 'moon-1', instance_id: 'x y' };
    const attempt = () => validateProfiles({ profiles: { a, 'b c': { ak: 'AK', sk: 'SK', region: 'cn-north-4' } } });
    expect(attempt).toThrow(/"a": requests_per_second must be a number above 0.*"a": instance_id.*"a": region/s);
    expect(attempt).toThrow(/"b c": project_id is missing.*"b c": its name/s);
  });

  test('that are right stay when one is wrong', () => {
    const { profiles, problems } = sortProfiles({ profiles: { good, bad: { ...good, sk: undefined } } });
    expect(profiles).toStrictEqual({ good });
    expect([...problems]).toStrictEqual([['bad', ['Huawei profile "bad": sk is missing (ak + sk go together)']]]);
  });
});

describe('the document', () => {
  test.each([['not json'], [null], [[]], [{}], ['{"profiles": 3}'], [{ profiles: { main: 'ak' } }]])(
    '%j is refused',
    (document) => {
      expect(() => validateProfiles(document)).toThrow(ConfigError);
    },
  );
});

describe('an endpoint', () => {
  test('comes from the region, of which one lies under .eu', () => {
    expect(resolveEndpoints({ ...good, region: 'cn-north-4' })).toStrictEqual({
      apig: 'https://apig.cn-north-4.myhuaweicloud.com',
      iam: 'https://iam.cn-north-4.myhuaweicloud.com',
    });
    expect(resolveEndpoints(good)).toStrictEqual({
      apig: 'https://apig.eu-west-101.myhuaweicloud.eu',
      iam: 'https://iam.eu-west-101.myhuaweicloud.eu',
    });
  });

  test.each([
    ['eu-west-0', { apig_endpoint: 'https://apig.example.com', ...login }, /iam_endpoint is missing: other clouds/],
    ['ru-moscow-1', { iam_endpoint: 'https://iam.example.com', ...login }, /apig_endpoint is missing: other clouds/],
  ])('of another operator in region %s asks for the other one', (region, more, problem) => {
    const profile = { region, project_id: 'p', ...more };
    expect(() => validateProfiles({ profiles: { a: profile } })).toThrow(problem);
    const both = { apig_endpoint: 'https://apig.example.com', iam_endpoint: 'https://iam.example.com' };
    expect(validateProfiles({ profiles: { a: { ...profile, ...both } } })).toHaveProperty('a');
  });

  test('of Huawei itself, or of a region that nobody shares, or that no password goes to, may be overridden alone', () => {
    const own = { region: 'eu-west-0', apig_endpoint: 'https://apig2.eu-west-0.myhuaweicloud.com' };
    const other = { region: 'cn-north-4', apig_endpoint: 'https://apig.internal' };
    const key = { region: 'eu-west-0', apig_endpoint: 'https://apig.example.com', ak: 'AK', sk: 'SK' };
    const profiles = { a: { ...own, ...login }, b: { ...other, ...login }, c: key };
    for (const [name, profile] of Object.entries(profiles))
      expect(validateProfiles({ profiles: { [name]: { project_id: 'p', ...profile } } })).toHaveProperty(name);
  });

  test('is overridden one by one', () => {
    expect(
      resolveEndpoints({ ...good, region: 'cn-north-4', apig_endpoint: 'https://apig.internal:8443/' }),
    ).toStrictEqual({
      apig: 'https://apig.internal:8443',
      iam: 'https://iam.cn-north-4.myhuaweicloud.com',
    });
  });
});
