import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url);
const NAMED_IN = new URL('upgrade-from.txt', import.meta.url);

/** The commit whose deployments this version has to take over: that of the last version, once there is one. */
export async function previousCommit(): Promise<string> {
  return (await readFile(NAMED_IN, 'utf8')).trim();
}

/** Makes `folder` hold that commit with its own dependencies. Needs the repository's history: a shallow clone lacks it. */
export async function checkOutPrevious(commit: string, folder: string): Promise<void> {
  await mkdir(folder);
  const tar = `${folder}.tar`;
  try {
    await run('git', ['archive', '--output', tar, commit], { cwd: ROOT });
  } catch (cause) {
    throw new Error(`git has no commit ${commit}: a shallow clone needs git fetch --unshallow`, { cause });
  }
  await run('tar', ['-xf', tar, '-C', folder]);
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
}
