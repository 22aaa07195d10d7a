import type { ProfileParts } from '../huawei/profile-parts.ts';
import type { Clock, Log } from '../tasks/ports.ts';

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
