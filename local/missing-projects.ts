import { readFileSync } from 'node:fs';
import { findMissingProjects, type ProjectLookup } from '../functions/huawei/find-project.ts';
import { createTransport } from '../functions/huawei/transport.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { PROFILE_VARIABLES, profileFields } from './huawei-variables.ts';

type Completed = {
  /** With the project of the `default` profile, if it was found. */
  environment: NodeJS.ProcessEnv;
  /** What to add to the environment or the file, or why that is not known. */
  notes: string[];
};

/** Looks up the projects that the environment and the profiles file leave out. Asks nobody where none is missing. */
export async function completeProjects(environment: NodeJS.ProcessEnv, clock: Clock): Promise<Completed> {
  const endpoints = { apig: environment.HUAWEICLOUD_APIG_ENDPOINT, iam: environment.HUAWEICLOUD_IAM_ENDPOINT };
  const { fields, hasCredentials } = profileFields(environment);
  const transport = createTransport({ connections: 1, timeoutMs: 10_000 });
  const find = (json: unknown) => findMissingProjects(json, endpoints, { transport, clock });
  try {
    const ofFile = await find(readQuietly(environment.HUAWEICLOUD_PROFILES_FILE));
    const own = (await find({ profiles: hasCredentials ? { default: fields } : {} })).get('default');
    const variable = PROFILE_VARIABLES.project_id;
    return {
      environment: own?.kind === 'found' ? { ...environment, [variable]: own.projectId } : environment,
      notes: [
        ...[...ofFile].map(([name, lookup]) =>
          noteOf(`profile "${name}" has no project_id`, lookup, (id) => `"project_id": "${id}"`),
        ),
        ...(own ? [noteOf(`${variable} is not set`, own, (id) => `${variable}=${id}`)] : []),
      ],
    };
  } finally {
    await transport.close();
  }
}

/** Who reads the file in earnest says what is wrong with it. */
function readQuietly(file: string | undefined): string {
  try {
    return file ? readFileSync(file, 'utf8').replace(/^\uFEFF/, '') : '';
  } catch {
    return '';
  }
}

function noteOf(missing: string, lookup: ProjectLookup, line: (projectId: string) => string): string {
  if (lookup.kind === 'unknown') return `${missing}, and IAM does not tell it: ${lookup.reason}`;
  return `${missing}; the project of region ${lookup.region} is ${lookup.projectId}. Add ${line(lookup.projectId)}`;
}
