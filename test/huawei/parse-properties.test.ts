import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcomeOf, parseTaskAnswer, type WireResult } from '../../functions/huawei/parse-answer.ts';
import { summarize } from '../../functions/tasks/result.ts';
import { parseTaskResult } from '../support/parse-task-result.ts';
import { renderTaskResult } from '../support/render-task-result.ts';

const KNOWN = new Set([
  ...['success', 'failure', 'ignore', 'swagger', 'group_id', 'error_code', 'error_msg'],
  ...[
    'FileName',
    'file_name',
    'FileType',
    'file_type',
    'Comment',
    'content',
    'id',
    'action',
    'method',
    'path',
    'result',
  ],
]);
/** Through JSON once, so that -0 and the like do not count as lost. */
const jsonValue = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));
const unknownFields = fc.dictionary(
  fc.string().filter((key) => !KNOWN.has(key)),
  jsonValue,
  { maxKeys: 3, noNullPrototype: true },
);
const extra = unknownFields.map((fields) => (Object.keys(fields).length > 0 ? { extra: fields } : {}));
const texts = (...keys: string[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, fc.string()])), { requiredKeys: [], noNullPrototype: true });
const entry = (...keys: string[]) =>
  fc.tuple(texts(...keys), unknownFields).map(([known, rest]) => ({ ...rest, ...known }));
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value).map((it) => (it === null ? {} : { [key]: it }));
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as WireResult);

const importResult = merged(
  fc.constant({ kind: 'import' }),
  texts('group_id'),
  fc.record({
    success: fc.array(entry('id', 'action', 'method', 'path')),
    failure: fc.array(entry('method', 'path', 'error_code', 'error_msg')),
  }),
  optional('ignore', fc.array(entry('method', 'path'))),
  optional('swagger', entry('id', 'result')),
  extra,
);
const exportResult = merged(
  fc.constant({ kind: 'export' }),
  texts('file_name', 'content'),
  fc.record({ file_type: fc.constantFrom('.json', '.yaml', '.yml') }),
  extra,
);
const failureResult = merged(
  fc.constant({ kind: 'failure' }),
  texts('error_msg'),
  fc.record({ error_code: fc.string() }),
  extra,
);

const typeOf = (result: WireResult) => (result.kind === 'export' ? 'export_api' : 'import_api');

test('reading a rendered result gives the result back', () => {
  const results = fc.oneof(importResult, exportResult, failureResult, fc.constant<WireResult>({ kind: 'none' }));
  fc.assert(
    fc.property(results, fc.constantFrom('examples', 'text'), (result, spelling) => {
      const read = parseTaskResult(typeOf(result), result.kind !== 'failure', renderTaskResult(result, spelling));
      return isDeepStrictEqual(read, result);
    }),
    { numRuns: 500 },
  );
});

test('what was read once is read the same after rendering it', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.json(),
    jsonValue.map((value) => JSON.stringify({ success: value, Comment: value })),
  );
  const types = fc.constantFrom('import_api', 'export_api', 'other', undefined);
  fc.assert(
    fc.property(noise, types, fc.boolean(), (raw, type, succeeded) => {
      const read = parseTaskResult(type, succeeded, raw);
      return isDeepStrictEqual(parseTaskResult(type, succeeded, renderTaskResult(read)), read);
    }),
    { numRuns: 500 },
  );
});

test('no value, of any type, makes the reading throw', () => {
  const value = fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true, withDate: true });
  const task = fc.record(
    {
      task_status: fc.oneof(fc.constantFrom('succeed', 'failed', 'waiting'), value),
      task_type: value,
      task_result: value,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(value, task, fc.string(), fc.json()), (body) => {
      const answer = parseTaskAnswer(body);
      if (answer.kind === 'final') {
        expect(outcomeOf(answer)).toBeTypeOf('string');
        expect(summarize(answer.result)).toBeTypeOf('object');
      }
    }),
    { numRuns: 2000 },
  );
});
