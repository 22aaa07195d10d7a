import * as z from 'zod/mini';
import { isLoopbackHost } from '../../names.ts';
import { ConfigError } from '../../tasks/errors.ts';
import { parseJson } from '../../tasks/json.ts';

/** The keys that a profile signs with, newest first, or why it cannot sign. */
export type SigningKeys = { kind: 'keys'; keys: readonly Buffer[] } | { kind: 'unusable'; reason: string };

/** Signing keys by profile name. */
export type ProfileSigningKeys = ReadonlyMap<string, SigningKeys>;

const secretsSchema = z.object({
  profiles: z.record(z.string(), z.object({ webhook_secrets: z.optional(z.array(z.string())) })),
});

/** The new one, and the old one while a rotation lasts. */
const MAX_SECRETS = 2;

/** What is wrong with signing secrets that were set as `field`; it never holds one. */
export function signingSecretProblems(field: string, secrets: readonly string[]): string[] {
  const malformed = secrets.flatMap((secret, index) =>
    parseSigningSecret(secret) === undefined
      ? [
          `${field}[${index}] must be whsec_ and the base64 of 24 random bytes or more: ` +
            'make one with echo "whsec_$(openssl rand -base64 32)"',
        ]
      : [],
  );
  const surplus =
    secrets.length > MAX_SECRETS ? [`${field} has more than two: keep the new one first, then the old`] : [];
  return [...malformed, ...surplus];
}

const NO_SECRET: SigningKeys = { kind: 'unusable', reason: 'the profile has no webhook_secrets to sign with' };

/**
 * The signing keys in the Huawei secret, without its credentials: `webhook_secrets` by profile. One profile's wrong
 * secret is that profile's trouble; `ConfigError` is thrown only when the document itself cannot be read.
 */
export function parseSigningKeys(json: string): ProfileSigningKeys {
  const parsed = secretsSchema.safeParse(parseJson(json));
  if (parsed.success) {
    const profiles = Object.entries(parsed.data.profiles);
    return new Map(profiles.map(([name, { webhook_secrets }]) => [name, toKeys(webhook_secrets ?? [])]));
  }
  throw new ConfigError(
    parsed.error.issues.map(({ path }) => `Huawei profiles: ${path.join('.')} is missing or wrong`),
  );
}

/** Why a profile's `webhook_secrets` cannot sign; undefined when they can. Holds no secret. */
export function signingProblem(secrets: unknown): string | undefined {
  const parsed = z.array(z.string()).safeParse(secrets ?? []);
  const keys = parsed.success ? toKeys(parsed.data) : undefined;
  if (keys === undefined) return 'webhook_secrets of the profile is not a list of texts';
  return keys.kind === 'unusable' ? keys.reason : undefined;
}

/** The keys of one profile; a missing profile has no secret. */
export function signingKeysOf(profiles: ProfileSigningKeys, name: string): SigningKeys {
  return profiles.get(name) ?? NO_SECRET;
}

function toKeys(secrets: readonly string[]): SigningKeys {
  if (secrets.length === 0) return NO_SECRET;
  const keys = secrets.map(parseSigningSecret);
  const wrong = keys.indexOf(undefined);
  // Never the others alone: a receiver that knows only the new secret would refuse every event for no visible reason.
  if (wrong !== -1)
    return { kind: 'unusable', reason: `webhook_secrets[${wrong}] is not whsec_ and base64 of 24 bytes` };
  return { kind: 'keys', keys: keys.filter((key) => key !== undefined) };
}

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Standard Webhooks asks for 24 bytes at least. */
const MIN_KEY_BYTES = 24;

/** The key inside a Standard Webhooks secret (`whsec_` and base64 of ≥ 24 bytes), or undefined when it has another form. */
export function parseSigningSecret(secret: string): Buffer | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (!BASE64.test(base64)) return undefined;
  const key = Buffer.from(base64, 'base64');
  return key.length >= MIN_KEY_BYTES ? key : undefined;
}

/**
 * What is wrong with a `callback_url`, or undefined. The addresses of its host are checked at delivery: a name that
 * is harmless today may resolve to the metadata service tomorrow.
 */
export function callbackProblem(text: string, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute https URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  const isLoopback = allowLoopback && isLoopbackHost(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback) ? undefined : 'must be an https URL';
}
