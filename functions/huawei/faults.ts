import type { FaultClass } from '../names.ts';
import { asText, isFields, parseJson } from '../tasks/json.ts';
import type { Fault } from '../tasks/observation.ts';
import { parseRetryAfter } from '../tasks/retry-after.ts';
import { redact } from '../tasks/safe-text.ts';
import { boundError, type TaskError } from '../tasks/task.ts';

/** An answer that is not a success, or that cannot be read. Header names are in lower case. */
export type ErrorAnswer = {
  httpStatus: number;
  body: unknown;
  headers?: Readonly<Record<string, string | string[] | undefined>>;
  /** Epoch milliseconds, to count a `Retry-After` date from. */
  nowMs: number;
  /** Credentials that were sent: a peer, or a proxy before it, may repeat them. */
  secrets?: readonly (string | undefined)[];
};

/** Codes that say more than their status does, below 500. Source: the error codes of APIG, of APIC and of the front gateway. */
const CLASS_OF_CODE: ReadonlyMap<string, FaultClass> = new Map([
  ...classed('permanent', [...range('APIG', 2000, 2012), 'APIGW.0201']),
  ...classed('unauthenticated', [
    ...range('APIG', 1000, 1003),
    ...range('APIC', 7100, 7103),
    'APIGW.0301',
    'APIGW.0307',
  ]),
  // APIG.1005 is a 403 on the pages of the API and a 401 in the table of codes.
  ...classed('forbidden', ['APIG.1005', ...range('APIG', 1011, 1013), 'APIG.1020', 'APIG.1136', 'APIC.7130']),
  // APIG.1149 (409): the task belongs to another project. It is the task's own trouble, and rests no gateway.
  ...classed('not_found', ['APIG.3093', 'APIG.1149']),
  ...classed('gateway_not_found', ['APIG.3030', 'APIC.7302', 'APIGW.0101']),
  ...classed('transient', ['APIG.3718', 'APIG.3711', 'APIC.7701', 'APIG.9999', 'APIG.9004', 'APIGW.0613']),
]);

const CLASS_OF_STATUS: ReadonlyMap<number, FaultClass> = new Map([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [408, 'transient'],
  [409, 'transient'],
  [425, 'transient'],
]);

/** Classifies an error answer by its HTTP status and Huawei's code. Never throws. */
export function classifyError(answer: ErrorAnswer): Fault {
  const error = readError(answer);
  const retryAfterMs = parseRetryAfter(headerOf(answer, 'retry-after'), answer.nowMs);
  return {
    class: classOf(answer.httpStatus, error.code),
    error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function classOf(status: number, code: string): FaultClass {
  if (status === 429 || code === 'APIGW.0308' || code === 'APIG.9008') return 'throttled';
  if (status >= 500) return 'transient';
  const known = CLASS_OF_CODE.get(code) ?? CLASS_OF_STATUS.get(status);
  if (known !== undefined) return known;
  // Without a code of Huawei's, something in between has answered (a proxy's page, a redirect): it may pass.
  if (status < 400 || code === `HTTP.${status}`) return 'transient';
  return status === 404 ? 'gateway_not_found' : 'permanent';
}

/** APIG says `{error_code, error_msg, request_id?}`, IAM says `{error: {code, message, title}}`. */
function readError(answer: ErrorAnswer): TaskError {
  const body = typeof answer.body === 'string' ? parseJson(answer.body) : answer.body;
  const fields = isFields(body) ? body : {};
  const iam = isFields(fields.error) ? fields.error : {};
  const iamCode = asText(iam.code);
  const message =
    asText(fields.error_msg) || asText(iam.message) || `HTTP ${answer.httpStatus}, with no error that can be read`;
  const requestId = headerOf(answer, 'x-request-id') || asText(fields.request_id);
  const clean = (text: string) => redact(text, answer.secrets ?? []);
  return boundError({
    code: clean(asText(fields.error_code) || (iamCode ? `IAM.${iamCode}` : `HTTP.${answer.httpStatus}`)),
    message: clean(message),
    ...(requestId ? { requestId: clean(requestId) } : {}),
    httpStatus: answer.httpStatus,
  });
}

function headerOf(answer: ErrorAnswer, name: string): string | undefined {
  const value = answer.headers?.[name];
  return Array.isArray(value) ? value[0] : value;
}

function classed(faultClass: FaultClass, codes: string[]): [string, FaultClass][] {
  return codes.map((code) => [code, faultClass]);
}

function range(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}.${from + index}`);
}

const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/**
 * Classifies what `Transport.send` rejects with: `permanent` for an answer that is too large, because it would be as large
 * the next time, and `transient` for everything else. The codes are ours: `ANSWER_TOO_LARGE`, `TIMEOUT`, `ABORTED` (by the
 * caller's signal) or `CONNECTION`; the message names the system's own code.
 */
export function faultOf(cause: unknown): Fault {
  const error = cause instanceof Error ? cause : new Error('unknown network error');
  const systemCode = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (systemCode === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return { class: 'permanent', error: TOO_LARGE };
  const message = [systemCode, error.message].filter((part) => part !== '').join(': ') || error.name;
  return { class: 'transient', error: boundError({ code: networkCodeOf(error, systemCode), message }) };
}

const TOO_LARGE: TaskError = {
  code: 'ANSWER_TOO_LARGE',
  message: 'the answer is larger than what is read here: 64 MiB, or less in a function with little memory',
};

function networkCodeOf(error: Error, systemCode: string): string {
  if (TIMEOUT_CODES.has(systemCode) || error.name === 'TimeoutError') return 'TIMEOUT';
  // undici gives its own AbortError a code, for one when a proxy refuses to connect.
  return error.name === 'AbortError' && systemCode === '' ? 'ABORTED' : 'CONNECTION';
}
