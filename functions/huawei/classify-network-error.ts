import type { Fault } from '../tasks/observation.ts';
import { boundError } from '../tasks/task.ts';

const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/**
 * Classifies what `request` threw instead of an answer: always `transient`. The codes are ours:
 * `TIMEOUT`, `ABORTED` (the caller's signal) or `CONNECTION`; the message names the system's own code.
 */
export function classifyNetworkError(cause: unknown): Fault {
  const error = cause instanceof Error ? cause : new Error('unknown network error');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = [code, error.message].filter((part) => part !== '').join(': ') || error.name;
  return { class: 'transient', error: boundError({ code: ourCode(error, code), message }) };
}

function ourCode(error: Error, code: string): string {
  if (TIMEOUT_CODES.has(code) || error.name === 'TimeoutError') return 'TIMEOUT';
  return error.name === 'AbortError' || code === 'UND_ERR_ABORTED' ? 'ABORTED' : 'CONNECTION';
}
