import * as z from 'zod/mini';
import { callbackProblem, signingSecretProblems } from '../channels/webhook/settings.ts';
import { isLoopbackHost } from '../names.ts';
import { ConfigError } from '../tasks/errors.ts';
import { isFields, parseJson } from '../tasks/json.ts';

const text = z.string().check(z.minLength(1));
const optional = z.optional(text);

/**
 * One named set of Huawei Cloud credentials, in the shape of the secret and of `HUAWEICLOUD_PROFILES_FILE`.
 * Exactly one way to sign in: `ak` + `sk`, `domain_name` + `user_name` + `password`, or `auth_token`.
 */
export const profileSchema = z.strictObject({
  region: optional,
  project_id: text,
  instance_id: optional,
  ak: optional,
  sk: optional,
  security_token: optional,
  domain_name: optional,
  user_name: optional,
  password: optional,
  auth_token: optional,
  /** Overrides of the region's endpoints; plain http only to a loopback address. */
  apig_endpoint: optional,
  iam_endpoint: optional,
  /** Requests a second this profile may make, over all shards. Default 10. */
  requests_per_second: z.optional(z.number().check(z.positive())),
  /** Where final events of this profile are POSTed when a registration names no `callback_url`. */
  callback_url: optional,
  /** Standard Webhooks secrets, newest first; the second one signs too while a rotation lasts. */
  webhook_secrets: z.optional(z.array(text).check(z.minLength(1))),
});

export type Profile = z.infer<typeof profileSchema>;
export type Profiles = Record<string, Profile>;

/** The profiles that can be used, and the problems of the others by name, which do not affect the good ones. */
export type ProfileBook = { profiles: Profiles; problems?: ReadonlyMap<string, readonly string[]> };

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const PRINTABLE = /^[\x21-\x7e]+$/;

/** Each way to sign in, with the fields that belong together. */
const SIGN_IN_WAYS = [
  { way: 'ak + sk', fields: ['ak', 'sk'] },
  { way: 'domain_name + user_name + password', fields: ['domain_name', 'user_name', 'password'] },
  { way: 'auth_token', fields: ['auth_token'] },
] as const;

/** "Domain" is what Huawei Cloud's API calls an account; its console does not. */
const MEANING: Partial<Record<keyof Profile, string>> = { domain_name: ', the name of the account,' };

/** These are sent in headers, where a stray line end from a copied secret makes every request fail. */
const HEADER_FIELDS = ['ak', 'security_token', 'auth_token'] as const;
const ID_FIELDS = ['project_id', 'instance_id'] as const;

/** For profiles without their own endpoints. */
type DefaultEndpoints = { apig?: string | undefined; iam?: string | undefined };

/**
 * Reads `{profiles: {name: {...}}}`, as JSON text or parsed. Throws `ConfigError` with every problem of every profile at
 * once; it names profiles and fields, never a value.
 */
export function validateProfiles(json: unknown, endpoints: DefaultEndpoints = {}): Profiles {
  const { profiles, problems } = sortProfiles(json, endpoints);
  if (problems.size > 0) throw new ConfigError([...problems.values()].flat());
  return profiles;
}

/** Like `validateProfiles`, for a service that goes on with the good profiles. Throws `ConfigError` if it can read none at all. */
export function sortProfiles(json: unknown, endpoints: DefaultEndpoints = {}): Required<ProfileBook> {
  const input = typeof json === 'string' ? parseJson(json) : json;
  const named = isFields(input) ? input.profiles : undefined;
  if (!isFields(named)) {
    throw new ConfigError(['Huawei profiles: expected JSON of the form {"profiles": {"default": {…}}}']);
  }
  const good: [string, Profile][] = [];
  const problems = new Map<string, string[]>();
  for (const [name, fields] of Object.entries(named)) {
    const checked = checkProfile(name, isFields(fields) ? { ...endpointFields(endpoints), ...fields } : fields);
    const found = checked.problems.map((problem) => `Huawei profile "${name}": ${problem}`);
    if (found.length === 0) good.push([name, checked.profile]);
    else problems.set(name, found);
  }
  return { profiles: Object.fromEntries(good), problems };
}

function endpointFields({ apig, iam }: DefaultEndpoints): Partial<Profile> {
  return { ...(apig && { apig_endpoint: apig }), ...(iam && { iam_endpoint: iam }) };
}

/** Checks the other fields even if the schema refuses some, so that every problem is reported at once. */
function checkProfile(name: string, fields: unknown): { profile: Profile; problems: string[] } {
  const parsed = profileSchema.safeParse(fields);
  if (parsed.success) return { profile: parsed.data, problems: profileProblems(name, parsed.data) };
  const issues = parsed.error.issues;
  const refused = new Set(issues.map(({ path: [field] }) => field));
  const readable = Object.entries(isFields(fields) ? fields : {}).filter(([field]) => !refused.has(field));
  const profile = Object.fromEntries(readable) as Profile;
  const others = isFields(fields) ? profileProblems(name, profile) : [];
  const further = others.filter((problem) => !refused.has(problem.split(' ', 1)[0] ?? ''));
  return { profile, problems: [...issues.flatMap(describeIssue), ...further] };
}

function profileProblems(name: string, profile: Profile): string[] {
  return [
    ...(NAME.test(name) ? [] : ['its name must have 1 to 64 characters of A-Z a-z 0-9 - _']),
    ...ID_FIELDS.filter((field) => !NAME.test(profile[field] ?? 'absent')).map(
      (field) => `${field} must have 1 to 64 characters of A-Z a-z 0-9 - _`,
    ),
    ...signInProblems(profile),
    ...HEADER_FIELDS.filter((field) => !PRINTABLE.test(profile[field] ?? 'absent')).map(
      (field) => `${field} has a space, a line end or a character that is not ASCII`,
    ),
    ...endpointProblems(profile).map(({ field, problem }) => `${field} ${problem}`),
    ...webhookProblems(profile),
  ];
}

/** Checks only the form. Plain http is for loopback addresses; each delivery decides whether these are allowed. */
function webhookProblems({ callback_url: url, webhook_secrets: secrets }: Profile): string[] {
  const problem = url === undefined ? undefined : callbackProblem(url, true);
  return [
    ...(problem === undefined ? [] : [`callback_url ${problem}`]),
    ...(secrets === undefined ? [] : signingSecretProblems('webhook_secrets', secrets)),
  ];
}

function signInProblems(profile: Profile): string[] {
  const begun = SIGN_IN_WAYS.filter(({ fields }) => fields.some((field) => profile[field] !== undefined));
  const choices = SIGN_IN_WAYS.map(({ way }) => way).join(', or ');
  const [first] = begun;
  if (first === undefined) return [`there is no way to sign in: set ${choices}`];
  const orphan = profile.security_token !== undefined && profile.ak === undefined && profile.sk === undefined;
  return [
    ...(begun.length > 1 ? [`there is more than one way to sign in: keep only one of ${choices}`] : []),
    ...begun.flatMap(({ fields, way }) =>
      fields
        .filter((field) => profile[field] === undefined)
        .map((field) => `${field}${MEANING[field] ?? ''} is missing (${way} go together)`),
    ),
    ...(orphan ? ['security_token needs ak + sk'] : []),
  ];
}

type Issue = { code?: string; path: PropertyKey[]; keys?: string[] };

/** In our own words, because the schema library's messages may quote a value. */
function describeIssue({ code, path, keys = [] }: Issue): string[] {
  const [field, index] = path.map(String);
  if (code === 'unrecognized_keys') return keys.map((key) => `${key} is not a known field`);
  if (field === undefined) return ['is not an object'];
  if (field === 'requests_per_second') return ['requests_per_second must be a number above 0'];
  return [`${field}${index === undefined ? '' : `[${index}]`} is missing, empty or of the wrong type`];
}

/** Origins of Huawei's services; `iam` is absent if neither the region nor an override gives it. */
export type Endpoints = { apig: string; iam?: string };

/** What of a profile says where its requests go. */
type Place = {
  region?: string | undefined;
  apig_endpoint?: string | undefined;
  iam_endpoint?: string | undefined;
  /** With one, tokens come from IAM, so its endpoint is needed. */
  password?: string | undefined;
};

type Problem = { field: string; problem: string };

const numbered = (prefix: string, numbers: number[]) => numbers.map((number) => `${prefix}-${number}`);

/** Regions with an API Gateway. Source: Huawei Cloud, "Regions and Endpoints". Others need endpoint overrides. */
const REGIONS: ReadonlySet<string> = new Set([
  ...numbered('cn-north', [1, 2, 4, 9, 11, 12]),
  ...numbered('cn-east', [2, 3, 4, 5]),
  ...numbered('cn-south', [1, 2, 4]),
  ...numbered('cn-southwest', [2, 3]),
  ...numbered('ap-southeast', [1, 2, 3, 4, 5]),
  ...numbered('eu-west', [0, 101]),
  ...['my-kualalumpur-1', 'tr-west-1', 'ae-ad-1', 'me-east-1', 'af-south-1', 'af-north-1', 'ru-northwest-2'],
  ...['ru-moscow-1', 'sa-brazil-1', 'la-south-2', 'la-north-2', 'na-mexico-1'],
]);

/** The one region that lives under another domain. */
const EUROPEAN_DOMAIN_REGION = 'eu-west-101';

/** The profile's endpoints: its overrides, else its region's. Wrong ones are left out; see `endpointProblems`. */
export function resolveEndpoints(profile: Place): Partial<Endpoints> {
  const apig = originOf(profile.apig_endpoint, () => regionOrigin('apig', profile.region));
  const iam = originOf(profile.iam_endpoint, () => regionOrigin('iam', profile.region));
  return { ...(apig && { apig }), ...(iam && { iam }) };
}

/** The problems of a profile's endpoints, never with a value. */
export function endpointProblems(profile: Place): Problem[] {
  const problems: Problem[] = [];
  for (const field of ['apig_endpoint', 'iam_endpoint'] as const) {
    const value = profile[field];
    if (value !== undefined && parseOrigin(value) === undefined) problems.push({ field, problem: BAD_ENDPOINT });
  }
  const needed = profile.password === undefined ? [] : (['iam_endpoint'] as const);
  const missing = (['apig_endpoint', ...needed] as const).filter((field) => profile[field] === undefined);
  if (missing.length > 0 && !REGIONS.has(profile.region ?? '')) {
    const what = profile.region === undefined ? 'is missing' : 'is not a known region';
    problems.push({ field: 'region', problem: `${what}: set it, or set ${missing.join(' and ')}` });
  }
  return [...problems, ...halfOverridden(profile)];
}

/** Regions whose names clouds of Huawei's partners use as well. */
const SHARED_REGIONS: ReadonlySet<string> = new Set(['eu-west-0', 'ru-moscow-1']);
const OWN_HOST = /\.myhuaweicloud\.(com|eu)$/;

/** One endpoint of a partner's cloud and one of Huawei's: a password or token would go to the wrong operator. */
function halfOverridden({ region = '', apig_endpoint: apig, iam_endpoint: iam, password }: Place): Problem[] {
  const needsIam = password !== undefined;
  const isElsewhere = (endpoint = '') => !OWN_HOST.test(URL.parse(endpoint)?.hostname ?? '');
  if (!SHARED_REGIONS.has(region)) return [];
  const problem = (other: string) => `is missing: other clouds have a region ${region} too, and ${other} is overridden`;
  if (apig !== undefined && iam === undefined && needsIam && isElsewhere(apig))
    return [{ field: 'iam_endpoint', problem: problem('apig_endpoint') }];
  if (iam !== undefined && apig === undefined && isElsewhere(iam))
    return [{ field: 'apig_endpoint', problem: problem('iam_endpoint') }];
  return [];
}

const BAD_ENDPOINT = 'must be https://host[:port] without a path (http only to a loopback address)';

function regionOrigin(service: 'apig' | 'iam', region: string | undefined): string | undefined {
  if (region === undefined || !REGIONS.has(region)) return undefined;
  return `https://${service}.${region}.myhuaweicloud.${region === EUROPEAN_DOMAIN_REGION ? 'eu' : 'com'}`;
}

function originOf(override: string | undefined, otherwise: () => string | undefined): string | undefined {
  return override === undefined ? otherwise() : parseOrigin(override);
}

/** Credentials are sent there, so plain http is for this machine only. */
function parseOrigin(endpoint: string): string | undefined {
  const url = URL.parse(endpoint);
  if (url === null || url.username || url.password || url.pathname !== '/' || url.search || url.hash) return undefined;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  return isSafe ? url.origin : undefined;
}
