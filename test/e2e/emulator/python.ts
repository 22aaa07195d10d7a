import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const NAMES = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
const MINOR = 10;

/** Makes the virtual environment in `folder`, or keeps one that has the same packages. Returns its Python. */
export async function prepareVenv(
  folder: string,
  requirements = REQUIREMENTS,
): Promise<{ python: string; isReused: boolean }> {
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'installed.txt');
  const wanted = await readFile(requirements, 'utf8');
  const isReused = (await readFile(stamp, 'utf8').catch(() => '')) === wanted && (await answers(python));
  if (isReused) return { python, isReused };
  await rm(folder, { recursive: true, force: true });
  await createVenv(await findPython(), folder);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
  await writeFile(stamp, wanted);
  return { python, isReused };
}

/** The first Python that is new enough. Throws what was found instead. */
async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const name of NAMES) {
    const version = await versionOf(name);
    if (version === undefined) continue;
    if (version.major === 3 && version.minor >= MINOR) return name;
    found.push(`${name} is ${version.major}.${version.minor}`);
  }
  throw new Error(`Python 3.${MINOR} or later is needed: ${found.join(', ') || 'there is none'}`);
}

async function versionOf(python: string): Promise<{ major: number; minor: number } | undefined> {
  try {
    const { stdout } = await run(python, ['-c', 'import sys; print(*sys.version_info[:2])']);
    const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
    return { major, minor };
  } catch {
    return undefined;
  }
}

const answers = async (python: string) => (await versionOf(python)) !== undefined;

async function createVenv(python: string, folder: string): Promise<void> {
  try {
    await run(python, ['-m', 'venv', folder]);
  } catch (cause) {
    const hint = 'on Debian and Ubuntu it is the package python3-venv';
    throw new Error(`${python} could not make a virtual environment (python -m venv ${folder}); ${hint}`, { cause });
  }
}
