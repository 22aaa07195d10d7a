import { readFileSync } from 'node:fs';
import { type Profiles, validateProfiles } from '../functions/huawei/profiles.ts';
import { ConfigError } from '../functions/tasks/errors.ts';
import { gather } from './gather-problems.ts';
import { PROFILE_VARIABLES, profileFields } from './huawei-variables.ts';
import { jsonProblem } from './json-problem.ts';

const VARIABLES: Record<string, string> = {
  ...PROFILE_VARIABLES,
  apig_endpoint: 'HUAWEICLOUD_APIG_ENDPOINT',
  iam_endpoint: 'HUAWEICLOUD_IAM_ENDPOINT',
};

/**
 * The profiles of the file and, as `default`, that of the variables; undefined where neither has credentials.
 * Throws `ConfigError` with every problem of both.
 */
export function readLocalProfiles(given: NodeJS.ProcessEnv): Profiles | undefined {
  const { fields, hasCredentials } = profileFields(given);
  const file = given.HUAWEICLOUD_PROFILES_FILE;
  if (!hasCredentials && file === undefined) return undefined;
  const endpoints = { apig: given.HUAWEICLOUD_APIG_ENDPOINT, iam: given.HUAWEICLOUD_IAM_ENDPOINT };
  const problems: string[] = [];
  const stored = file === undefined ? {} : gather(problems, () => someOf(validateProfiles(readFile(file), endpoints)));
  const ofVariables: string[] = [];
  // A missing project would keep the check from looking further, and all problems are told at once.
  const own = { project_id: 'unset', ...fields };
  const profiles = hasCredentials
    ? gather(ofVariables, () => validateProfiles({ profiles: { default: own } }, endpoints))
    : {};
  if (hasCredentials && fields.project_id === undefined) problems.push(`${VARIABLES.project_id} is not set`);
  problems.push(...ofVariables.map(withVariable));
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...stored, ...profiles };
}

/** A service without any profile would refuse every task. */
function someOf(profiles: Profiles): Profiles {
  if (Object.keys(profiles).length === 0) throw new ConfigError(['HUAWEICLOUD_PROFILES_FILE contains no profile']);
  return profiles;
}

/** The field's name is that of the profiles file; who set a variable looks for the variable. */
function withVariable(problem: string): string {
  const variable = VARIABLES[/": (\w+) /.exec(problem)?.[1] ?? ''];
  return variable === undefined ? problem : `${problem}; see ${variable}`;
}

function readFile(path: string): unknown {
  const text = readText(path);
  const problem = jsonProblem(text);
  if (problem !== undefined) throw new ConfigError([`HUAWEICLOUD_PROFILES_FILE ${problem}`]);
  return JSON.parse(text);
}

/** Some editors begin a file with a byte order mark, which is no JSON. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new ConfigError([`HUAWEICLOUD_PROFILES_FILE cannot be read (${(cause as NodeJS.ErrnoException).code})`]);
  }
}
