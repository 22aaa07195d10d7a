import { callbackProblem } from '../../core/callback-url.ts';
import { ConfigError } from '../../core/errors.ts';
import { parseJson } from '../../core/parse-result.ts';
import { type Profile, type Profiles, profilesSchema, withEndpoints } from '../../core/profile.ts';
import { signingSecretProblems } from '../../core/webhook-keys.ts';
import { endpointProblems } from './endpoints.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const PRINTABLE = /^[\x21-\x7e]+$/;

/** Each way to sign in, with the fields that it takes together. */
const SIGN_IN_WAYS = [
  { way: 'ak + sk', fields: ['ak', 'sk'] },
  { way: 'domain_name + user_name + password', fields: ['domain_name', 'user_name', 'password'] },
  { way: 'auth_token', fields: ['auth_token'] },
] as const;

/** These go into headers, where a stray line end from a copied secret would make every request fail. */
const HEADER_FIELDS = ['ak', 'security_token', 'auth_token'] as const;
const ID_FIELDS = ['project_id', 'instance_id'] as const;

/**
 * Reads `{profiles: {name: {...}}}`, as JSON text or parsed; `endpoints` are for profiles without their own.
 * Throws `ConfigError` with every problem at once; it names profiles and fields, never a value.
 */
export function validateProfiles(json: unknown, endpoints: Parameters<typeof withEndpoints>[1] = {}): Profiles {
  const input = typeof json === 'string' ? parseJson(json) : json;
  const parsed = profilesSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap(describeIssue));
  const profiles = withEndpoints(parsed.data.profiles, endpoints);
  const problems = Object.entries(profiles).flatMap(([name, profile]) =>
    profileProblems(name, profile).map((problem) => `Huawei profile "${name}": ${problem}`),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return profiles;
}

function profileProblems(name: string, profile: Profile): string[] {
  return [
    ...(NAME.test(name) ? [] : ['its name must be 1 to 64 of A-Z a-z 0-9 - _']),
    ...ID_FIELDS.filter((field) => !NAME.test(profile[field] ?? 'absent')).map(
      (field) => `${field} must be 1 to 64 of A-Z a-z 0-9 - _`,
    ),
    ...signInProblems(profile),
    ...HEADER_FIELDS.filter((field) => !PRINTABLE.test(profile[field] ?? 'absent')).map(
      (field) => `${field} has a space, a line end or a character that is not ASCII`,
    ),
    ...endpointProblems(profile).map(({ field, problem }) => `${field} ${problem}`),
    ...webhookProblems(profile),
  ];
}

/** The form alone. Plain http is for a loopback address; whether that may be posted to is decided at each delivery. */
function webhookProblems({ callback_url: url, webhook_secrets: secrets = [] }: Profile): string[] {
  const problem = url === undefined ? undefined : callbackProblem(url, true);
  return [
    ...(problem === undefined ? [] : [`callback_url ${problem}`]),
    ...signingSecretProblems('webhook_secrets', secrets),
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
      fields.filter((field) => profile[field] === undefined).map((field) => `${field} is missing (${way} go together)`),
    ),
    ...(orphan ? ['security_token needs ak + sk'] : []),
  ];
}

type Issue = { code?: string; path: PropertyKey[]; keys?: string[] };

/** In our own words: the schema library's may quote what it found. */
function describeIssue(issue: Issue): string[] {
  const [root, name, field, index] = issue.path.map(String);
  if (name === undefined) return [`Huawei profiles: ${root ?? 'the document'} is not {"profiles": {name: {…}}}`];
  const where = `Huawei profile "${name}":`;
  if (issue.code === 'unrecognized_keys')
    return (issue.keys ?? []).map((key) => `${where} ${key} is not a known field`);
  if (field === undefined) return [`${where} is not an object`];
  return [`${where} ${field}${index === undefined ? '' : `[${index}]`} is missing, empty or of the wrong type`];
}
