import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type ApiKey, parseApiKeys } from '../functions/http/api-keys.ts';
import { ConfigError } from '../functions/tasks/errors.ts';
import type { Log } from '../functions/tasks/ports.ts';
import { jsonProblem } from './json-problem.ts';

/** The text of `API_KEYS_FILE`. Throws `ConfigError` for a file that cannot be read or holds no keys object. */
export function readKeysFile(file: string): string {
  try {
    return checkedText(readFileSync(file, 'utf8'));
  } catch (error) {
    throw inWords(error);
  }
}

/**
 * The keys of `API_KEYS_FILE`. It is read for each request, because it is small and a change must count at once. Wrong
 * entries are left out. While the file cannot be read or is not JSON, the last keys are valid; both are logged once.
 */
export function createKeysFile(file: string, log: Pick<Log, 'error'>): () => Promise<readonly ApiKey[]> {
  let keys: readonly ApiKey[] = [];
  let lastText: string | undefined;
  let lastTrouble: string | undefined;

  const renew = (text: string): void => {
    if (text === lastText) return;
    const read = parseApiKeys(checkedText(text));
    if (read.problems.length > 0) log.error('API_KEYS_FILE: wrong entries were left out', { problems: read.problems });
    ({ keys } = read);
    lastText = text;
  };

  return async () => {
    try {
      renew(await readFile(file, 'utf8'));
      lastTrouble = undefined;
    } catch (error) {
      const { message } = inWords(error);
      if (message !== lastTrouble) log.error('API_KEYS_FILE: the keys read before stay valid', { reason: message });
      lastTrouble = message;
    }
    return keys;
  };
}

/** Editors on Windows put a byte order mark first. */
function checkedText(read: string): string {
  const text = read.replace(/^\uFEFF/, '');
  const problem = jsonProblem(text);
  if (problem !== undefined) throw new ConfigError([`API_KEYS_FILE ${problem}`]);
  if (!/^\s*\{/.test(text)) throw new ConfigError(['API_KEYS_FILE is not a JSON object']);
  return text;
}

function inWords(error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  return new ConfigError([`API_KEYS_FILE cannot be read (${(error as NodeJS.ErrnoException).code})`]);
}
