import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { ConfigError } from '../tasks/errors.ts';
import { isFields, parseJson } from '../tasks/json.ts';

/**
 * What a key may do. `read`: every GET; `register`: have tasks watched, also again; `start`: imports and exports at Huawei
 * Cloud; `manage`: stop watching, and publish a result again.
 */
export const SCOPES = ['read', 'register', 'start', 'manage'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whose request it is: the name of its key, if the key has one, and what it may do. */
export type Caller = { name?: string; scopes: readonly Scope[] };

/** A key that is valid now, by its SHA-256. */
export type ApiKey = Caller & { hash: Buffer };

/** The keys of a secret or file, and what is wrong with the entries that were left out: fields, never values. */
export type ApiKeys = { keys: readonly ApiKey[]; problems: readonly string[] };

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const NAME_RULE = 'must be 1 to 64 characters of A-Z, a-z, 0-9, ".", "-" and "_"';

/** Long enough not to be guessed, and of what `Authorization: Bearer` can carry. */
const plainKey = z
  .string('is not a string')
  .check(
    z.minLength(16, 'is shorter than 16 characters'),
    z.regex(/^[\x21-\x7e]*$/, 'has spaces or characters beyond ASCII, which no client can send'),
  );
const keyHash = z.string('is not a string').check(z.regex(/^sha256:[0-9a-f]{64}$/, 'is not sha256:<64 hex digits>'));
const scopeList = z
  .array(z.enum(SCOPES, `is not one of ${SCOPES.join(', ')}`), 'must be a list of scopes')
  .check(z.minLength(1, 'is empty'));

const entry = z.strictObject({ key: z.optional(plainKey), hash: z.optional(keyHash), scopes: scopeList });
const namedEntry = entry.check(
  z.refine(({ key, hash }) => (key === undefined) !== (hash === undefined), 'must have either key or hash'),
);

/**
 * Reads `{"keys":[…],"hashes":["sha256:<hex>"…],"generated_key":"…","named":{name:{"hash" or "key","scopes":[…]}}}`. Keys
 * without a name have every scope. A wrong entry is left out and named in `problems`; a key that is named as well is the
 * named one. Throws `ConfigError` only for a text that is not a JSON object.
 */
export function parseApiKeys(text: string): ApiKeys {
  const secret = parseJson(text);
  if (!isFields(secret)) throw new ConfigError(['API keys: the text is not a JSON object']);
  const problems: string[] = [];
  const keys = new Map<string, ApiKey>();
  const add = (path: string, key: ApiKey) => {
    const id = key.hash.toString('hex');
    if (keys.get(id)?.name !== undefined && key.name !== undefined) problems.push(`${path} repeats the key of another`);
    else if (!keys.has(id)) keys.set(id, key);
  };
  for (const { path, name, value } of namedOf(secret.named, problems)) {
    const read = check(namedEntry, value, { path, problems });
    if (read) add(path, { hash: read.key ? hashApiKey(read.key) : hashOf(read.hash ?? ''), name, scopes: read.scopes });
  }
  const generated = secret.generated_key === undefined ? [] : [{ path: 'generated_key', value: secret.generated_key }];
  for (const { path, value } of [...listOf(secret.keys, 'keys', problems), ...generated]) {
    const key = check(plainKey, value, { path, problems });
    if (key !== undefined) add(path, { hash: hashApiKey(key), scopes: SCOPES });
  }
  for (const { path, value } of listOf(secret.hashes, 'hashes', problems)) {
    const hash = check(keyHash, value, { path, problems });
    if (hash !== undefined) add(path, { hash: hashOf(hash), scopes: SCOPES });
  }
  return { keys: [...keys.values()], problems };
}

type Entry = { path: string; value: unknown };

function listOf(list: unknown, path: string, problems: string[]): Entry[] {
  if (list === undefined) return [];
  if (Array.isArray(list)) return list.map((value, index) => ({ path: `${path}.${index}`, value }));
  problems.push(`${path} is not a list`);
  return [];
}

function namedOf(named: unknown, problems: string[]): (Entry & { name: string })[] {
  if (named === undefined) return [];
  if (!isFields(named)) problems.push('named is not an object');
  return Object.entries(isFields(named) ? named : {}).flatMap(([name, value], index) => {
    if (NAME.test(name)) return [{ path: `named.${name}`, name, value }];
    // Not repeated: it may be the key itself, put in the wrong place.
    problems.push(`the name of entry ${index + 1} of named ${NAME_RULE}`);
    return [];
  });
}

function check<T>(schema: z.ZodMiniType<T>, value: unknown, { path, problems }: Where): T | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) problems.push(`${[path, ...issue.path].join('.')} ${messageOf(issue)}`);
  return undefined;
}

type Where = { path: string; problems: string[] };

function messageOf({ code, path, message }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return 'has a field other than key, hash and scopes';
  // zod's own sentence, in whichever of its forms is loaded.
  const isBare = code === 'invalid_type' && path.length === 0 && message.startsWith('Invalid input');
  return isBare ? 'is not an object' : message;
}

/** Keys without a name. */
export function unnamedKeys(plain: readonly string[]): ApiKey[] {
  return plain.map((key) => ({ hash: hashApiKey(key), scopes: SCOPES }));
}

/** What is wrong with an API key, without the key; undefined where nothing is. */
export function apiKeyProblem(text: string): string | undefined {
  return plainKey.safeParse(text).error?.issues[0]?.message;
}

/** What is wrong with the name of a key; undefined where nothing is. */
export function keyNameProblem(name: string): string | undefined {
  return NAME.test(name) ? undefined : NAME_RULE;
}

/** SHA-256 of a key; keys are long and random, so no slow hash is needed. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function hashOf(text: string): Buffer {
  return Buffer.from(text.slice('sha256:'.length), 'hex');
}

/** Compares with every hash, so that the time taken tells neither which key fits nor how much of one is right. */
export function findKey(sent: string, keys: readonly ApiKey[]): ApiKey | undefined {
  const hash = hashApiKey(sent);
  let found: ApiKey | undefined;
  for (const key of keys) {
    if (key.hash.length === hash.length && timingSafeEqual(key.hash, hash)) found = key;
  }
  return found;
}
