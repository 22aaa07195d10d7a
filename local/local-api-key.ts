import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { apiKeyProblem } from '../functions/http/api-keys.ts';
import { ConfigError } from '../functions/tasks/errors.ts';
import { writeWhole } from './write-whole.ts';

/**
 * The key of an installation that was given none: made once, kept in `dataDir/api-key`, readable by its owner alone.
 * Throws `ConfigError` for a key in that file that no client could use.
 */
export async function loadOrCreateApiKey(dataDir: string): Promise<{ key: string; isNew: boolean }> {
  const file = path.join(dataDir, 'api-key');
  const kept = await readKept(file);
  if (kept !== '') return { key: checked(kept, file), isNew: false };
  const key = randomBytes(24).toString('base64url');
  await writeWhole(file, Buffer.from(`${key}\n`));
  return { key, isNew: true };
}

/** Empty where there is none: a full disk or a kill can have left a file without its text. */
async function readKept(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function checked(key: string, file: string): string {
  const problem = apiKeyProblem(key);
  if (problem === undefined) return key;
  throw new ConfigError([`The key in ${file} ${problem}. Delete the file to create a new key`]);
}
