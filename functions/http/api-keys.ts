import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { ConfigError } from '../tasks/errors.ts';
import { parseJson } from '../tasks/json.ts';

/** Long enough not to be guessed, and of what `Authorization: Bearer` can carry. */
const key = z
  .string()
  .check(
    z.minLength(16, 'is shorter than 16 characters'),
    z.regex(/^[\x21-\x7e]*$/, 'has spaces or characters beyond ASCII, which no client can send'),
  );
const hash = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'is not sha256:<64 hex digits>'));

const secretSchema = z.object({
  keys: z._default(z.array(key), []),
  hashes: z._default(z.array(hash), []),
  generated_key: z.optional(key),
});

/**
 * Reads the secret `{"keys":[…],"hashes":["sha256:<hex>"…],"generated_key":"…"}` and keeps only the SHA-256 of each key.
 * Throws `ConfigError` that names fields, never values.
 */
export function parseApiKeys(text: string): readonly Buffer[] {
  const secret = parseJson(text);
  if (secret === undefined) throw new ConfigError(['API keys: the secret is not JSON']);
  const parsed = secretSchema.safeParse(secret);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `API keys: ${path.join('.')} ${message}`));
  }
  const { keys, hashes, generated_key } = parsed.data;
  const plain = [...keys, ...(generated_key === undefined ? [] : [generated_key])];
  return [...plain.map(hashApiKey), ...hashes.map((text) => Buffer.from(text.slice('sha256:'.length), 'hex'))];
}

/** What is wrong with an API key, without the key; undefined where nothing is. */
export function apiKeyProblem(text: string): string | undefined {
  return key.safeParse(text).error?.issues[0]?.message;
}

/** SHA-256 of a key; keys are long and random, so no slow hash is needed. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
