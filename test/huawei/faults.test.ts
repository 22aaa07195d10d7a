import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { classifyError, faultOf } from '../../functions/huawei/faults.ts';
import type { FaultClass } from '../../functions/names.ts';

const nowMs = Date.parse('2026-11-24T12:00:00Z');
const classify = (httpStatus: number, body: unknown, headers?: Record<string, string | string[]>) =>
  classifyError({ httpStatus, body, nowMs, ...(headers && { headers }) });
const numbered = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}.${from + index}`);

const TABLE: [status: number, codes: string[], expected: FaultClass][] = [
  [400, [...numbered('APIG', 2000, 2012), 'APIGW.0201'], 'permanent'],
  [413, ['APIGW.0201'], 'permanent'],
  [414, ['APIGW.0201'], 'permanent'],
  [494, ['APIGW.0201'], 'permanent'],
  [401, [...numbered('APIG', 1000, 1003), ...numbered('APIC', 7100, 7103)], 'unauthenticated'],
  [401, ['APIGW.0301', 'APIGW.0307', 'SOMETHING.NEW'], 'unauthenticated'],
  [401, ['APIG.1005', 'APIG.1011', 'APIG.1012', 'APIG.1013', 'APIG.1020', 'APIG.1136', 'APIC.7130'], 'forbidden'],
  [403, ['APIG.1005', 'APIG.1011', 'APIG.1012', 'APIG.1013', 'APIG.1020', 'APIG.1136', 'APIC.7130'], 'forbidden'],
  [403, ['SOMETHING.NEW'], 'forbidden'],
  [404, ['APIG.3093'], 'not_found'],
  [404, ['APIG.3030', 'APIC.7302', 'APIGW.0101', 'SOMETHING.NEW'], 'gateway_not_found'],
  [409, ['APIG.1149'], 'not_found'],
  [409, ['APIG.3718', 'APIG.3711', 'APIC.7701', 'SOMETHING.NEW'], 'transient'],
  [429, ['APIGW.0308', 'SOMETHING.NEW'], 'throttled'],
  [500, ['APIG.9999', 'APIG.9004', 'SOMETHING.NEW'], 'transient'],
  [500, ['APIG.9008'], 'throttled'],
  [500, ['APIGW.0201'], 'transient'],
  [502, ['APIGW.0201', 'APIGW.0613'], 'transient'],
  [503, ['APIGW.0201', 'APIGW.0613'], 'transient'],
  [504, ['APIGW.0201', 'APIGW.0613'], 'transient'],
  [405, ['SOMETHING.NEW'], 'permanent'],
  [408, ['SOMETHING.NEW'], 'transient'],
  [302, ['SOMETHING.NEW'], 'transient'],
];

describe('an error answer', () => {
  const rows = TABLE.flatMap(([status, codes, expected]) => codes.map((code) => [status, code, expected] as const));
  test.each(rows)('%i %s is %s', (status, code, expected) => {
    const fault = classify(status, JSON.stringify({ error_code: code, error_msg: 'why' }));
    expect(fault).toStrictEqual({ class: expected, error: { code, message: 'why', httpStatus: status } });
  });

  test('of a server that fails is passing, whatever its code says', () => {
    expect(classify(500, { error_code: 'APIG.3093' }).class).toBe('transient');
    expect(classify(503, { error_code: 'APIG.1002' }).class).toBe('transient');
  });

  test.each([400, 404, 405, 418])('%i without a code of Huawei is passing: a proxy may have said it', (status) => {
    expect(classify(status, '<html>not here</html>').class).toBe('transient');
  });

  test.each([
    ['400-missing-parameter', 'permanent'],
    ['401-incorrect-token', 'unauthenticated'],
    ['403-no-permission', 'forbidden'],
    ['404-task-does-not-exist', 'not_found'],
    ['500-system-error', 'transient'],
  ])('of the reference, %s, is %s', (name, expected) => {
    const body = readFileSync(new URL(`../fixtures/huawei/${name}.json`, import.meta.url), 'utf8');
    expect(classify(Number(name.slice(0, 3)), body).class).toBe(expected);
  });

  test('keeps the request id of the header, else that of the body', () => {
    const body = { error_code: 'APIGW.0301', error_msg: 'm', request_id: 'from-body' };
    expect(classify(401, body, { 'x-request-id': 'from-header' }).error.requestId).toBe('from-header');
    expect(classify(401, body, { 'x-request-id': ['first', 'second'] }).error.requestId).toBe('first');
    expect(classify(401, body).error.requestId).toBe('from-body');
  });

  test('of IAM has another shape', () => {
    const body = { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } };
    expect(classify(401, body)).toMatchObject({
      class: 'unauthenticated',
      error: { code: 'IAM.401', message: 'The username or password is wrong.' },
    });
  });

  test.each([['<html>Bad Gateway</html>'], [''], ['[]'], ['null'], ['{"error_code":null}'], [undefined]])(
    'that cannot be read, %j, is named by its status',
    (body) => {
      expect(classify(502, body)).toStrictEqual({
        class: 'transient',
        error: { code: 'HTTP.502', message: 'HTTP 502, with no error that can be read', httpStatus: 502 },
      });
    },
  );

  test('has its message cut at 500 characters, its code and request id at 64, never inside a surrogate pair', () => {
    const body = { error_code: 'C'.repeat(450_000), error_msg: '😀'.repeat(9000), request_id: '😀'.repeat(9000) };
    const { code, message, requestId } = classify(400, body).error;
    expect(code).toBe(`${'C'.repeat(63)}…`);
    expect(message).toBe(`${'😀'.repeat(249)}…`);
    expect(requestId).toBe(`${'😀'.repeat(31)}…`);
  });
});

describe('Retry-After', () => {
  test.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
    ['Tuesday, 24-Nov-26 12:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['999999999999', 86_400_000],
    ['Fri, 31 Dec 2100 00:00:00 GMT', 86_400_000],
  ])('%s is %i ms', (value, expected) => {
    expect(classify(429, {}, { 'retry-after': value }).retryAfterMs).toBe(expected);
  });

  test.each(['', '-5', '1.5', 'soon', '2026-11-24T12:00:30Z', 'Tue, 99 Nov 2026 12:00:30 GMT'])(
    '%j says nothing',
    (value) => {
      expect(classify(429, {}, { 'retry-after': value })).not.toHaveProperty('retryAfterMs');
    },
  );
});

describe('a network error', () => {
  const withCode = (code: string, message = 'm') => Object.assign(new Error(message), { code });

  test.each([
    [withCode('UND_ERR_CONNECT_TIMEOUT'), 'TIMEOUT'],
    [withCode('UND_ERR_HEADERS_TIMEOUT'), 'TIMEOUT'],
    [withCode('UND_ERR_BODY_TIMEOUT'), 'TIMEOUT'],
    [withCode('ETIMEDOUT'), 'TIMEOUT'],
    [new DOMException('late', 'TimeoutError'), 'TIMEOUT'],
    [withCode('ECONNREFUSED'), 'CONNECTION'],
    [withCode('ENOTFOUND'), 'CONNECTION'],
    [withCode('UND_ERR_SOCKET'), 'CONNECTION'],
    [withCode('CERT_HAS_EXPIRED'), 'CONNECTION'],
    [new DOMException('stop', 'AbortError'), 'ABORTED'],
    // undici's own, when a proxy refuses to connect.
    [Object.assign(withCode('UND_ERR_ABORTED'), { name: 'AbortError' }), 'CONNECTION'],
    ['a string', 'CONNECTION'],
    [undefined, 'CONNECTION'],
  ])('%s is passing, with code %s', (cause, code) => {
    expect(faultOf(cause)).toMatchObject({ class: 'transient', error: { code } });
  });

  test('is permanent where the answer is too large, because the next one would be as large', () => {
    const error = { code: 'ANSWER_TOO_LARGE' };
    expect(faultOf(withCode('UND_ERR_RES_EXCEEDED_MAX_SIZE'))).toMatchObject({ class: 'permanent', error });
  });

  test("names the system's code and message, or its kind where it has neither", () => {
    expect(faultOf(withCode('ECONNRESET', 'read')).error.message).toBe('ECONNRESET: read');
    expect(faultOf(new AggregateError([])).error.message).toBe('AggregateError');
  });

  test('has its message cut at 500 characters, never inside a surrogate pair', () => {
    expect(faultOf(new Error('😀'.repeat(9000))).error.message).toBe(`${'😀'.repeat(249)}…`);
  });
});
