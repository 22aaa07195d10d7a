import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { ConfigError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';

export type SecretReader = {
  /**
   * A function that gives the parsed secret, read again once it is older than the maximum age, so that a rotation needs
   * no deploy, and parsed again only when it changed. Throws `ConfigError` for a secret that is absent or wrong.
   */
  watch<T>(secretId: string, parse: (text: string) => T): () => Promise<T>;
};

/** Every poll of a sweep asks, and even a cache costs something: who asks within this time shares one answer. */
const SHARED_MS = 1_000;

/** Secrets Manager, cached per process for `maxAgeS` seconds. */
export function createSecretReader({ maxAgeS, clock }: { maxAgeS: number; clock: Clock }): SecretReader {
  const provider = new SecretsProvider();
  return {
    watch(secretId, parse) {
      let last: { text: string; value: ReturnType<typeof parse> } | undefined;
      const read = async () => {
        const text = await provider.get(secretId, { maxAge: maxAgeS });
        if (typeof text !== 'string') throw new ConfigError([`The secret ${nameOf(secretId)} has no text value yet`]);
        if (last?.text !== text) last = { text, value: parse(text) };
        return last.value;
      };
      return shareFor(SHARED_MS, clock, read);
    },
  };
}

/** `read`, whose answer and failure are given to all who ask within `ms` of the first one. */
function shareFor<T>(ms: number, clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let shared: { answer: Promise<T>; untilMs: number } | undefined;
  return () => {
    const nowMs = clock.now();
    if (shared === undefined || nowMs >= shared.untilMs) shared = { answer: read(), untilMs: nowMs + ms };
    return shared.answer;
  };
}

/** The secret's name without account and region. */
function nameOf(secretId: string): string {
  return secretId.split(':').slice(6).join(':') || secretId;
}
