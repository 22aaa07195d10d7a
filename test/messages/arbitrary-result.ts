import fc from 'fast-check';
import { OUTCOMES } from '../../functions/names.ts';
import { contextProblem } from '../../functions/tasks/context.ts';
import type { FailedApi, ParsedResult, TaskResult } from '../../functions/tasks/result.ts';

const MEGABYTE = 1_048_576;
/** A fourth of what the service reads of an answer; what is larger is none of Huawei Cloud's and only takes time. */
const MAX_REPEATED_UNITS = 16 * MEGABYTE;

/** Text as bad as a remote system can send it: any UTF-16 units, control characters, RTL, emoji. */
const shortNastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
      .map((units) => String.fromCharCode(...units)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '\u0000\u0007\u001b[31m\r\nBcc: x@example.com\r\n',
      '\ud83d',
      '\udc00tail',
      '👩‍👩‍👧‍👦🏳️‍🌈',
      '\u202eabc\u202c שלום مرحبا',
      '\ufffe\uffff\u2028\u2029',
      '参数错误：请求路径无效',
      '<!channel> *bold* `code` @here &amp; <https://example.com|click>',
    ),
  },
);

/** The same, and very long. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 16, arbitrary: shortNastyText },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é'.repeat(13_200), 'm'.repeat(13_200), '\u0001'.repeat(13_200), '😀'.repeat(6_600)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x'.repeat(MEGABYTE), '\ud83d\ude00'.repeat(MEGABYTE / 2), '\u0000'.repeat(MEGABYTE)),
  },
);

const id = fc.string({ unit: fc.constantFrom(...'abcdefghijABCDEFGHIJ0123456789-_'), minLength: 1, maxLength: 64 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const count = fc.oneof(fc.nat(5), fc.nat(5_000));

function defined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const fields = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as { [K in keyof T]: Exclude<T[K], undefined> };
}

const failedApi: fc.Arbitrary<FailedApi> = fc
  .record({
    method: optional(nastyText),
    path: optional(nastyText),
    error_code: optional(nastyText),
    error_msg: optional(nastyText),
  })
  .map((failure) => defined(failure) as FailedApi);

/** Few different failures, or thousands that repeat a handful: enough to overflow everything, cheap to generate. */
const failures: fc.Arbitrary<FailedApi[]> = fc.oneof(
  { weight: 6, arbitrary: fc.array(failedApi, { maxLength: 6 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(failedApi, { minLength: 1, maxLength: 4 }), fc.integer({ min: 21, max: 5_000 }))
      .map(([few, length]) => {
        const fitting = Math.ceil((few.length * MAX_REPEATED_UNITS) / JSON.stringify(few).length);
        return Array.from({ length: Math.min(length, fitting) }, (_, index) => few[index % few.length] ?? {});
      }),
  },
);

const file = fc.constant({ location: 'results/x.json', media_type: 'application/json', size_bytes: 9, sha256: 'ab' });

const parsedResult: fc.Arbitrary<ParsedResult> = fc.oneof(
  failures.map((failure): ParsedResult => ({ kind: 'import', success: [], failure })),
  fc
    .tuple(failures, file)
    .map(([failure, stored]): ParsedResult => ({ kind: 'stored', kind_stored: 'import', file: stored, failure })),
  file.map((stored): ParsedResult => ({ kind: 'stored', kind_stored: 'export', file: stored })),
  fc
    .record({ error_code: nastyText, error_msg: nastyText })
    .map((error): ParsedResult => ({ kind: 'failure', ...error })),
  fc.constant<ParsedResult>({ kind: 'none' }),
  fc.record({ raw: nastyText, reason: nastyText }).map((raw): ParsedResult => ({ kind: 'raw', ...raw })),
  fc.constant<ParsedResult>({ kind: 'export', file_name: 'x', file_type: '.json' }),
);

const summary = fc
  .record({
    created: optional(count),
    updated: optional(count),
    failed: optional(count),
    ignored: optional(count),
    group_id: optional(nastyText),
    file_name: optional(nastyText),
    size_bytes: optional(fc.nat(2_000_000_000)),
  })
  .map(defined);

const error = fc
  .record({
    code: nastyText,
    message: nastyText,
    requestId: optional(nastyText),
    httpStatus: optional(fc.integer({ min: 400, max: 599 })),
  })
  .map(defined);

/** Any context that a registration may have. */
export const arbitraryContext: fc.Arbitrary<Record<string, string>> = fc
  .dictionary(
    fc.oneof(fc.constant('run_url'), fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/)),
    fc.oneof(
      shortNastyText,
      fc.webUrl({ withQueryParameters: true }),
      fc.constantFrom('x'.repeat(900), '😀'.repeat(200), '&'.repeat(500), `https://ci.example.com/${'é'.repeat(300)}`),
    ),
    { maxKeys: 10 },
  )
  .filter((context) => contextProblem(context) === undefined);

/** Any result the service may store: valid ids, everything else as bad as it comes. */
export const arbitraryResult: fc.Arbitrary<TaskResult> = fc
  .record({
    taskId: id,
    instanceId: id,
    projectId: id,
    profile: nastyText,
    label: optional(nastyText),
    context: optional(arbitraryContext),
    groupName: optional(nastyText),
    registeredBy: optional(fc.constantFrom('ci-orders', 'k'.repeat(64))),
    isFirstSuccess: optional(fc.constant(true as const)),
    callbackUrl: optional(fc.constant('https://hooks.example.com/x')),
    outcome: fc.constantFrom(...OUTCOMES),
    taskType: optional(fc.oneof(fc.constantFrom('import_api', 'export_api'), nastyText)),
    taskStatus: optional(nastyText),
    registeredAtMs: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
    completedAtMs: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
    summary,
    result: parsedResult,
    error: optional(error),
    expiresAtS: fc.constant(1_900_000_000),
  })
  .map((result) => defined(result) as TaskResult);
