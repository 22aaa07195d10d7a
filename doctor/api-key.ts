import { apiKeyProblem, parseApiKeys, type Scope } from '../functions/http/api-keys.ts';
import { type Finding, fail } from './check.ts';

type Secret = { keys?: unknown; generated_key?: unknown; named?: Record<string, { key?: unknown; scopes?: Scope[] }> };

/**
 * A key that a secret or file shows in the clear and that may read, if it has one, and a finding for each wrong entry.
 * Throws `ConfigError` for a text that is not a JSON object.
 */
export function findApiKey(text: string): { key: string | undefined; findings: Finding[] } {
  const { problems } = parseApiKeys(text);
  const { keys, generated_key, named = {} } = JSON.parse(text) as Secret;
  const readers = Object.values(named).filter((entry) => entry?.scopes?.includes?.('read'));
  const shown = [generated_key, ...(Array.isArray(keys) ? keys : []), ...readers.map(({ key }) => key)];
  const key = shown.find((text): text is string => typeof text === 'string' && apiKeyProblem(text) === undefined);
  const fix = 'correct this entry: until then its key is refused';
  return { key, findings: problems.map((problem) => fail('api keys', problem, fix)) };
}
