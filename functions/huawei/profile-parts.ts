import * as z from 'zod/mini';
import { signingProblem } from '../channels/webhook/settings.ts';
import { ConfigError } from '../tasks/errors.ts';
import { isFields, parseJson } from '../tasks/json.ts';
import type { Clock, Log } from '../tasks/ports.ts';

/** The fields that a registration can leave out; `cannot_sign` says why the profile's events cannot be signed. */
export type ProfileDefaults = { project_id: string; instance_id?: string; cannot_sign?: string };

/**
 * The Huawei secret without its credentials, as JSON texts: `public` is for the API, and `signing`, the secrets that
 * events are signed with, for webhooks.
 */
export type ProfileParts = { public: string; signing: string };

/** Splits the Huawei secret. What is wrong in it is for the reader of the credentials to report. */
export function splitProfiles(json: string): ProfileParts {
  const signing = profilesIn(json).map(([name, { webhook_secrets }]) => [name, { webhook_secrets }]);
  return {
    public: JSON.stringify({ profiles: publicProfiles(json) }),
    signing: JSON.stringify({ profiles: Object.fromEntries(signing) }),
  };
}

/** What the API needs of the Huawei secret, by profile name; nothing in it is secret. Profiles without a project are left out. */
export function publicProfiles(json: string): Record<string, ProfileDefaults> {
  return Object.fromEntries(profilesIn(json).map(([name, profile]) => [name, defaultsOf(profile)]));
}

const publicSchema = z.object({
  profiles: z.record(
    z.string(),
    z.object({
      project_id: z.string(),
      instance_id: z.exactOptional(z.string()),
      cannot_sign: z.exactOptional(z.string()),
    }),
  ),
});

/** Reads the part `public` again. Throws `ConfigError`. */
export function parsePublicPart(json: string): Record<string, ProfileDefaults> {
  const parsed = publicSchema.safeParse(parseJson(json));
  if (parsed.success) return parsed.data.profiles;
  throw new ConfigError(['the public part of the Huawei profiles cannot be read']);
}

type InProject = { project_id: string; instance_id?: unknown; webhook_secrets?: unknown };

function profilesIn(json: string): [string, InProject][] {
  const secret = parseJson(json);
  const named = isFields(secret) && isFields(secret.profiles) ? secret.profiles : {};
  return Object.entries(named).flatMap(([name, fields]) => (isInProject(fields) ? [[name, fields]] : []));
}

function isInProject(fields: unknown): fields is InProject {
  return isFields(fields) && typeof fields.project_id === 'string' && fields.project_id !== '';
}

function defaultsOf({ project_id, instance_id, webhook_secrets }: InProject): ProfileDefaults {
  const problem = signingProblem(webhook_secrets);
  return {
    project_id,
    ...(typeof instance_id === 'string' && instance_id !== '' && { instance_id }),
    ...(problem !== undefined && { cannot_sign: problem }),
  };
}

type HandOnDeps = {
  /** The same object while the secret is the same. */
  parts(): Promise<ProfileParts>;
  put(parts: ProfileParts): Promise<void>;
  /** How long they are not written again. */
  everyMs: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
};

/**
 * Writes what other functions may know of the profiles: when the secret has changed, and again after `everyMs`, because
 * another process may have written an older one. Never throws: the others go on with what is there.
 */
export function createHandOnProfiles({ parts, put, everyMs, clock, log }: HandOnDeps): () => Promise<void> {
  let written: ProfileParts | undefined;
  let untilMs = 0;
  return async () => {
    try {
      const current = await parts();
      if (current === written && clock.now() < untilMs) return;
      await put(current);
      written = current;
      untilMs = clock.now() + everyMs;
    } catch (error) {
      log.error('the profiles cannot be handed on to the API and the webhooks', { error: String(error) });
    }
  };
}
