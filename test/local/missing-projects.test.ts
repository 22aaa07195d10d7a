import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { completeProjects } from '../../local/missing-projects.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { startServiceProcess } from './service-process.ts';

const { projectId, region, ak, sk } = DEFAULT_ACCOUNT;

let simulator: Simulator;
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'apig-projects-'));
  simulator = await startSimulator();
});
afterEach(async () => {
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

const environment = (more: Record<string, string> = {}) => ({
  HUAWEICLOUD_REGION: region,
  HUAWEICLOUD_SDK_AK: ak,
  HUAWEICLOUD_SDK_SK: sk,
  HUAWEICLOUD_APIG_ENDPOINT: simulator.url,
  HUAWEICLOUD_IAM_ENDPOINT: simulator.url,
  ...more,
});

describe('a project that is not named', () => {
  it('is looked up by npm start, which prints the line to add and starts', async () => {
    const { HUAWEICLOUD_REGION } = environment();
    const service = await startServiceProcess({
      ...{ simulator, dataDir },
      environment: { HUAWEICLOUD_REGION, HUAWEICLOUD_SDK_PROJECT_ID: '' },
    });
    expect(service.output()).toContain(
      `NOTE: HUAWEICLOUD_SDK_PROJECT_ID is not set; the project of region ${region} is ${projectId}. ` +
        `Add HUAWEICLOUD_SDK_PROJECT_ID=${projectId}\n`,
    );
    await service.kill();
  });

  it('is noted for each profile of a file, without changing anything', async () => {
    const { project_id: _, ...profile } = defaultProfile(simulator.url);
    const file = path.join(dataDir, 'profiles.json');
    await writeFile(file, `\uFEFF${JSON.stringify({ profiles: { a: profile, b: { ...profile, sk: 'wrong' } } })}`);
    const given = { HUAWEICLOUD_PROFILES_FILE: file };
    const { environment: completed, notes } = await completeProjects(given, systemClock);
    expect(completed).toBe(given);
    expect(notes).toEqual([
      `profile "a" has no project_id; the project of region ${region} is ${projectId}. Add "project_id": "${projectId}"`,
      expect.stringMatching(/^profile "b" has no project_id, and IAM does not tell it: IAM\.401: (?!.*wrong)/),
    ]);
  });

  it.each([
    ['it is named', { HUAWEICLOUD_SDK_PROJECT_ID: projectId }],
    ['there are no credentials', { HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' }],
    ['the file cannot be read', { HUAWEICLOUD_SDK_PROJECT_ID: projectId, HUAWEICLOUD_PROFILES_FILE: '/nowhere' }],
  ])('is asked of nobody where %s', async (_, more) => {
    expect((await completeProjects(environment(more), systemClock)).notes).toEqual([]);
    expect(simulator.control.stats().requests).toBe(0);
  });
});
