import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { ConfigError } from '../core/errors.ts';

export type SecretReader = {
  /**
   * A function that gives the parsed secret, read again once it is older than the maximum age, so that a rotation needs
   * no deploy, and parsed again only when it changed. Throws `ConfigError` for a secret that is absent or wrong.
   */
  watch<T>(secretId: string, parse: (text: string) => T): () => Promise<T>;
};

/** Secrets Manager, cached per process for `maxAgeS` seconds. */
export function createSecretReader({ maxAgeS }: { maxAgeS: number }): SecretReader {
  const provider = new SecretsProvider();
  return {
    watch(secretId, parse) {
      let last: { text: string; value: ReturnType<typeof parse> } | undefined;
      return async () => {
        const text = await provider.get(secretId, { maxAge: maxAgeS });
        if (typeof text !== 'string') throw new ConfigError([`The secret ${nameOf(secretId)} has no text value yet`]);
        if (last?.text !== text) last = { text, value: parse(text) };
        return last.value;
      };
    },
  };
}

/** The secret's name without account and region. */
function nameOf(secretId: string): string {
  return secretId.split(':').slice(6).join(':') || secretId;
}
