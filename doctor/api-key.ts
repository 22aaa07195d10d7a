import { parseApiKeys } from '../functions/http/access.ts';

/** A key that the secret shows in the clear, or none where it has hashes alone. Throws `ConfigError` for a wrong secret. */
export function findApiKey(text: string): string | undefined {
  parseApiKeys(text);
  const { keys = [], generated_key } = JSON.parse(text) as { keys?: string[]; generated_key?: string };
  return generated_key ?? keys[0];
}
