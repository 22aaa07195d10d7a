import * as z from 'zod/mini';
import { signingProblem } from '../channels/webhook/settings.ts';
import { ConfigError } from '../tasks/errors.ts';
import { parseJson } from '../tasks/json.ts';

const text = z.string().check(z.minLength(1));
const optional = z.optional(text);

/**
 * One named set of Huawei Cloud credentials, in the shape of the secret and of `HUAWEICLOUD_PROFILES_FILE`.
 * Exactly one way to sign in: `ak` + `sk`, `domain_name` + `user_name` + `password`, or `auth_token`.
 */
export const profileSchema = z.strictObject({
  region: optional,
  project_id: text,
  instance_id: optional,
  ak: optional,
  sk: optional,
  security_token: optional,
  domain_name: optional,
  user_name: optional,
  password: optional,
  auth_token: optional,
  /** Overrides of the region's endpoints; plain http only to a loopback address. */
  apig_endpoint: optional,
  iam_endpoint: optional,
  /** Requests a second this profile may make, over all shards. Default 10. */
  requests_per_second: z.optional(z.number().check(z.positive())),
  /** Where final events of this profile are POSTed when a registration names no `callback_url`. */
  callback_url: optional,
  /** Standard Webhooks secrets, newest first; the second one signs too while a rotation lasts. */
  webhook_secrets: z.optional(z.array(text).check(z.minLength(1))),
});

export type Profile = z.infer<typeof profileSchema>;
export type Profiles = Record<string, Profile>;

/** The profiles that can be used, and the problems of the others by name, which do not affect the good ones. */
export type ProfileBook = { profiles: Profiles; problems?: ReadonlyMap<string, readonly string[]> };

const defaultsSchema = z.object({
  profiles: z.record(
    z.string(),
    z.pipe(
      z.object({ project_id: text, instance_id: z.exactOptional(text), webhook_secrets: z.optional(z.unknown()) }),
      z.transform(({ webhook_secrets, ...defaults }): ProfileDefaults => {
        const problem = signingProblem(webhook_secrets);
        return problem === undefined ? defaults : { ...defaults, cannot_sign: problem };
      }),
    ),
  ),
});

/** The fields that a registration can leave out; `cannot_sign` says why the profile's events cannot be signed. */
export type ProfileDefaults = { project_id: string; instance_id?: string; cannot_sign?: string };

/**
 * Reads the part of the same secret that the API needs, by profile name; nothing in it is secret.
 * Throws `ConfigError`, which names fields, never values.
 */
export function parseProfileDefaults(json: string): Record<string, ProfileDefaults> {
  const parsed = defaultsSchema.safeParse(parseJson(json));
  if (parsed.success) return parsed.data.profiles;
  throw new ConfigError(
    parsed.error.issues.map(({ path }) => `Huawei profiles: ${path.join('.')} is missing or wrong`),
  );
}
