import * as z from 'zod/mini';
import { ConfigError } from '../../tasks/errors.ts';
import { parseJson } from '../../tasks/json.ts';
import { parseSigningSecret } from './webhook-signature.ts';

/** What a profile signs with, newest key first, or why it cannot sign. */
export type SigningKeys = { kind: 'keys'; keys: readonly Buffer[] } | { kind: 'unusable'; reason: string };

/** Signing keys by profile name. */
export type ProfileSigningKeys = ReadonlyMap<string, SigningKeys>;

const secretsSchema = z.object({
  profiles: z.record(z.string(), z.object({ webhook_secrets: z.optional(z.array(z.string())) })),
});

/** The new one, and the old one while a rotation lasts. */
const MAX_SECRETS = 2;

/** What is wrong with secrets to sign with, for who set them as `field`; it never holds one. */
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
 * What signing needs of the Huawei secret, and none of its credentials: `webhook_secrets` by profile. One profile's
 * wrong secret is that profile's trouble; `ConfigError` is thrown only where the document itself cannot be read.
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

/** Why `webhook_secrets`, as a profile has them, cannot sign; undefined where they can. Holds no secret. */
export function signingProblem(secrets: unknown): string | undefined {
  const parsed = z.array(z.string()).safeParse(secrets ?? []);
  const keys = parsed.success ? toKeys(parsed.data) : undefined;
  if (keys === undefined) return 'webhook_secrets of the profile is not a list of texts';
  return keys.kind === 'unusable' ? keys.reason : undefined;
}

/** The keys of one profile; a profile that is not there has no secret. */
export function signingKeysOf(profiles: ProfileSigningKeys, name: string): SigningKeys {
  return profiles.get(name) ?? NO_SECRET;
}

function toKeys(secrets: readonly string[]): SigningKeys {
  if (secrets.length === 0) return NO_SECRET;
  const keys = secrets.map(parseSigningSecret);
  const wrong = keys.indexOf(undefined);
  // Never the others alone: a receiver that knows just the new secret would refuse every event, and nobody would see why.
  if (wrong !== -1)
    return { kind: 'unusable', reason: `webhook_secrets[${wrong}] is not whsec_ and base64 of 24 bytes` };
  return { kind: 'keys', keys: keys.filter((key) => key !== undefined) };
}
