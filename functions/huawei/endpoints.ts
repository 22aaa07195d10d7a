import { isLoopbackHost } from '../names.ts';

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
