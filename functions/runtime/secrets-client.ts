import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { requestHandler } from './request-handler.ts';

/**
 * Secrets Manager on keep-alive connections. Region, credentials and endpoint come from Lambda's environment.
 * It gives up sooner than the others: a request to the API may need two secrets, and the last ones can serve.
 */
export const createSecretsClient = () =>
  new SecretsManagerClient({ requestHandler: { ...requestHandler, requestTimeout: 2_000 }, maxAttempts: 3 });
