import type { Profile } from '../functions/huawei/profiles.ts';
import { editDistance } from '../lib/edit-distance.ts';

/** Fields of the `default` profile and the variables they come from; the SDK's names where it has them. */
export const PROFILE_VARIABLES = {
  region: 'HUAWEICLOUD_REGION',
  project_id: 'HUAWEICLOUD_SDK_PROJECT_ID',
  instance_id: 'HUAWEICLOUD_INSTANCE_ID',
  ak: 'HUAWEICLOUD_SDK_AK',
  sk: 'HUAWEICLOUD_SDK_SK',
  security_token: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  domain_name: 'HUAWEICLOUD_DOMAIN_NAME',
  user_name: 'HUAWEICLOUD_USER_NAME',
  password: 'HUAWEICLOUD_PASSWORD',
  auth_token: 'HUAWEICLOUD_AUTH_TOKEN',
} as const satisfies Partial<Record<keyof Profile, string>>;

const NOT_CREDENTIALS: readonly string[] = ['region', 'project_id', 'instance_id'];
const ENDPOINTS = ['HUAWEICLOUD_APIG_ENDPOINT', 'HUAWEICLOUD_IAM_ENDPOINT'];
const KNOWN = [...Object.values(PROFILE_VARIABLES), ...ENDPOINTS, 'HUAWEICLOUD_PROFILES_FILE'];
/** What people call these two elsewhere. */
const OTHER_NAMES: Record<string, string> = {
  ACCESSKEY: 'HUAWEICLOUD_SDK_AK',
  ACCESSKEYID: 'HUAWEICLOUD_SDK_AK',
  SECRETKEY: 'HUAWEICLOUD_SDK_SK',
  SECRETACCESSKEY: 'HUAWEICLOUD_SDK_SK',
};
/** More letters that differ than these make another word. */
const MOST_WRONG_LETTERS = 2;

type Environment = Readonly<Record<string, string | undefined>>;

/** The `default` profile's fields that are set, and whether one of them is a credential. */
export function profileFields(environment: Environment): { fields: Record<string, string>; hasCredentials: boolean } {
  const set = Object.entries(PROFILE_VARIABLES).flatMap(([field, variable]): [string, string][] => {
    const value = environment[variable];
    return value ? [[field, value]] : [];
  });
  return {
    fields: Object.fromEntries(set),
    hasCredentials: set.some(([field]) => !NOT_CREDENTIALS.includes(field)),
  };
}

/** A warning about variables that do nothing, because no credentials go with them; undefined where there are none. */
export function unusedWarning(environment: Environment): string | undefined {
  if (profileFields(environment).hasCredentials) return undefined;
  const hasFile = Boolean(environment.HUAWEICLOUD_PROFILES_FILE);
  const unused = KNOWN.filter((name) => environment[name] && !(hasFile && isForFile(name)));
  if (unused.length === 0) return undefined;
  const [are, them] = unused.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const otherwise = hasFile ? `unset ${them}` : `unset ${them} for the simulator`;
  return `${unused.join(', ')} ${are} set, but no credentials are: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (or ${otherwise})`;
}

const isForFile = (name: string) => name === 'HUAWEICLOUD_PROFILES_FILE' || ENDPOINTS.includes(name);

/** Names that look like ours and are not: a misspelt one would otherwise do nothing, and nobody would see why. */
export function unknownNameProblems(environment: Environment): string[] {
  const unknown = Object.keys(environment).filter((name) => name.startsWith('HUAWEICLOUD_') && !KNOWN.includes(name));
  return unknown.flatMap((name) => {
    const meant = nearestNames(name);
    if (meant.length > 0) return [`${name} is not a known variable: did you mean ${meant.join(' or ')}?`];
    // Huawei Cloud's own SDKs and tools read more of these.
    return name.startsWith('HUAWEICLOUD_SDK_') ? [] : [`${name} is not a known variable: unset it`];
  });
}

function nearestNames(name: string): string[] {
  const given = bare(name);
  const other = OTHER_NAMES[given];
  if (other !== undefined) return [other];
  const distances = KNOWN.map((known) => ({ known, distance: distanceOf(given, bare(known)) }));
  const least = Math.min(MOST_WRONG_LETTERS, ...distances.map(({ distance }) => distance));
  return distances.filter(({ distance }) => distance === least).map(({ known }) => known);
}

function distanceOf(given: string, known: string): number {
  if (given === known) return 0;
  const [short = '', long = ''] = [given, known].sort((a, b) => a.length - b.length);
  if (short !== '' && (long.startsWith(short) || long.endsWith(short))) return 1;
  return short.length < 5 ? Number.POSITIVE_INFINITY : editDistance(given, known);
}

const bare = (name: string) => name.replace(/^HUAWEICLOUD_(SDK_)?/, '').replaceAll('_', '');
