import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The key of an installation that was given none: made once, kept in `dataDir/api-key`, readable by its owner alone. */
export async function loadOrCreateApiKey(dataDir: string): Promise<{ key: string; isNew: boolean }> {
  const file = path.join(dataDir, 'api-key');
  await mkdir(dataDir, { recursive: true });
  try {
    return { key: (await readFile(file, 'utf8')).trim(), isNew: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(24).toString('base64url');
  await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return { key, isNew: true };
}
