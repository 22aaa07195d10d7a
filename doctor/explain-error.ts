import { ConfigError } from '../functions/tasks/errors.ts';

type Explained = { message: string; fix: string };

const NO_CREDENTIALS = /^(CredentialsProviderError|UnrecognizedClientException|InvalidClientTokenId|ExpiredToken)/;
const DENIED = /^(AccessDenied|AuthorizationError|UnauthorizedOperation)/;
const ABSENT = /(NotFound|NonExistentQueue|QueueDoesNotExist)/;

/** Says in words for an operator what an AWS client, the network or a wrong configuration threw. */
export function explainError(error: unknown): Explained {
  if (error instanceof ConfigError) return { message: error.problems.join('; '), fix: 'fix the named fields' };
  const { name, message } = error instanceof Error ? error : { name: 'unknown error', message: '' };
  const said = message === '' ? name : `${name}: ${message}`;
  return { message: said.replaceAll(/\s+/g, ' ').slice(0, 300), fix: fixFor(name, message) };
}

function fixFor(name: string, message: string): string {
  if (NO_CREDENTIALS.test(name)) return 'sign in to AWS in this shell (`aws sts get-caller-identity` must work)';
  if (message.includes('Region is missing')) return 'set AWS_REGION, or a region in the AWS profile';
  if (DENIED.test(name)) return 'grant this permission to the user of this shell; the doctor only reads';
  if (ABSENT.test(name))
    return 'it no longer exists: `npm run deploy` creates it again (see docs/operations.md, Backup and restore)';
  return 'check that this machine can reach AWS, then run the doctor again';
}

/** Name or code of a failed `fetch`, without its message, which may hold the address. */
export function nameNetworkError(error: unknown): string {
  if (!(error instanceof Error)) return 'network error';
  if (error.name === 'TimeoutError') return 'timed out';
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'network error';
}
