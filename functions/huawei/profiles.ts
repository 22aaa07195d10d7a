import * as z from 'zod/mini';
import { callbackProblem, signingSecretProblems } from '../channels/webhook/settings.ts';
import { ConfigError } from '../tasks/errors.ts';
import { isFields, parseJson } from '../tasks/json.ts';
import { endpointProblems } from './endpoints.ts';

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
