import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigError } from '../functions/tasks/errors.ts';

/** Reads a secret's text and parses it. Throws `ConfigError`, which names fields and no values, or the SDK's error. */
export async function readSecret<T>(
  client: SecretsManagerClient,
  arn: string | undefined,
  parse: (text: string) => T,
): Promise<T> {
  if (arn === undefined)
    throw new ConfigError(['this secret is missing in the outputs of the stack: deploy this version']);
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (SecretString === undefined) throw new ConfigError(['the secret has no text value yet']);
  return parse(SecretString);
}
