import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTaskAnswer } from '../../functions/huawei/parse-answer.ts';
import { parseTaskResult } from '../support/parse-task-result.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/huawei/${name}.json`, import.meta.url), 'utf8');
const json = (value: unknown) => JSON.stringify(value);
const parseImport = (value: unknown) => parseTaskResult('import_api', true, json(value));
const parseExport = (value: unknown) => parseTaskResult('export_api', true, json(value));

describe('an import', () => {
  test('is read with its APIs, group and Swagger result', () => {
    expect(parseTaskAnswer(fixture('200-import-succeed'))).toStrictEqual({
      kind: 'final',
      succeeded: true,
      taskStatus: 'succeed',
      taskType: 'import_api',
      result: {
        kind: 'import',
        group_id: '9100ae30705947cc9543d37cd7fb388c',
        success: [{ id: 'ee93ce6815f04896b301452982b92222', action: 'create', method: 'GET', path: '/test1' }],
        failure: [],
        swagger: { id: 'de1852ab6c5e4090b0bd88a02058e650', result: 'Success' },
      },
    });
  });

  test('keeps its ignored APIs where Huawei lists them', () => {
    const ignore = [{ method: 'GET', path: '/old' }];
    expect(parseImport({ success: [], failure: [], ignore })).toMatchObject({ kind: 'import', ignore });
    expect(parseImport({ success: [], failure: [], ignore: [] })).toMatchObject({ ignore: [] });
    expect(parseImport({ success: [], failure: [] })).not.toHaveProperty('ignore');
    expect(parseImport({ success: [], failure: [], ignore: null })).not.toHaveProperty('ignore');
  });

  test('has empty lists where Huawei sends null or nothing', () => {
    expect(parseImport({ success: null, group_id: 'g' })).toStrictEqual({
      kind: 'import',
      group_id: 'g',
      success: [],
      failure: [],
    });
  });

  test('keeps unknown fields of the whole and of each entry', () => {
    const parsed = parseImport({ success: [{ method: 'GET', weight: 3 }], failure: [], trace: { a: [1] } });
    expect(parsed).toStrictEqual({
      kind: 'import',
      success: [{ method: 'GET', weight: 3 }],
      failure: [],
      extra: { trace: { a: [1] } },
    });
  });

  test('makes text of known fields with another type, and drops null ones', () => {
    const failure = [{ method: 7, path: null, error_code: { deep: true }, error_msg: false, more: null }];
    expect(parseImport({ success: [], failure, group_id: 12 })).toStrictEqual({
      kind: 'import',
      group_id: '12',
      success: [],
      failure: [{ method: '7', error_code: '{"deep":true}', error_msg: 'false', more: null }],
    });
  });

  test('counts entries that are no objects, and a list that is a single entry', () => {
    expect(parseImport({ success: ['GET /a', null], failure: { path: '/b' } })).toMatchObject({
      success: [{ value: 'GET /a' }, { value: null }],
      failure: [{ path: '/b' }],
    });
  });

  test('keeps a Swagger field that is no object as an extra', () => {
    expect(parseImport({ success: [], failure: [], swagger: 'done' })).toMatchObject({ extra: { swagger: 'done' } });
    expect(parseImport({ success: [], failure: [], swagger: null })).not.toHaveProperty('extra');
  });

  test('keeps a field named __proto__ without becoming its child', () => {
    const parsed = parseTaskResult('import_api', true, '{"success":[],"__proto__":{"polluted":1}}');
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(Object.keys((parsed as { extra: object }).extra)).toStrictEqual(['__proto__']);
    expect(parsed).not.toHaveProperty('polluted');
  });
});

describe('an export', () => {
  test('is read in the spelling of the examples, its document byte for byte', () => {
    const answer = parseTaskAnswer(fixture('200-export-succeed'));
    const { Comment } = JSON.parse(JSON.parse(fixture('200-export-succeed')).task_result);
    expect(answer).toMatchObject({
      result: { kind: 'export', file_name: 'test8-RELEASE-all-2023-07-11-19:54:22', file_type: '.json' },
    });
    expect(answer).toHaveProperty('result.content', Comment);
    expect(answer).not.toHaveProperty('result.extra');
  });

  test('is read in the spelling of the descriptive text, with YAML inside', () => {
    const content = 'swagger: "2.0"\ninfo:\n  title: größe\n';
    expect(parseExport({ file_type: '.yaml', content })).toStrictEqual({ kind: 'export', file_type: '.yaml', content });
  });

  test('prefers the spelling of the examples and keeps the other as an extra', () => {
    expect(parseExport({ FileType: '.json', file_type: '.yml', content: 'x' })).toStrictEqual({
      kind: 'export',
      file_type: '.json',
      content: 'x',
      extra: { file_type: '.yml' },
    });
    expect(parseExport({ FileType: null, file_type: '.yml' })).toStrictEqual({ kind: 'export', file_type: '.yml' });
  });

  test('may carry an empty document, or one that is already an object', () => {
    expect(parseExport({ Comment: '' })).toStrictEqual({ kind: 'export', content: '' });
    expect(parseExport({ Comment: { swagger: '2.0' } })).toStrictEqual({
      kind: 'export',
      content: '{"swagger":"2.0"}',
    });
  });
});

describe('a failure', () => {
  test('is read with its code and message', () => {
    expect(parseTaskAnswer(fixture('200-import-failed'))).toMatchObject({
      succeeded: false,
      result: { kind: 'failure', error_code: 'APIG.3201', error_msg: 'The API group name already exists' },
    });
  });

  test('keeps what comes with the error', () => {
    expect(parseTaskResult('export_api', false, json({ error_code: 'APIG.1', details: [1] }))).toStrictEqual({
      kind: 'failure',
      error_code: 'APIG.1',
      extra: { details: [1] },
    });
  });

  test('of an import may list APIs instead', () => {
    expect(parseTaskResult('import_api', false, json({ failure: [{ path: '/a' }] }))).toStrictEqual({
      kind: 'import',
      success: [],
      failure: [{ path: '/a' }],
    });
  });
});

describe('what cannot be read', () => {
  test.each([[''], ['  \n'], [null], [undefined]])('is nothing at all: %j', (raw) => {
    expect(parseTaskResult('import_api', true, raw)).toStrictEqual({ kind: 'none' });
    expect(parseTaskResult('export_api', false, raw)).toStrictEqual({ kind: 'none' });
  });

  test.each([
    ['not json', 'import_api', true, 'it is not JSON'],
    ['[1,2]', 'import_api', true, 'it is JSON, but not an object'],
    ['"text"', 'export_api', true, 'it is JSON, but not an object'],
    ['null', 'export_api', false, 'it is JSON, but not an object'],
    ['{"swagger":"2.0","paths":{}}', 'export_api', true, 'it has none of the fields of an export'],
    ['{"error_code":"X"}', 'import_api', true, 'it has none of the fields of an import'],
    ['{"a":1}', 'delete_api', true, 'the task type is unknown'],
    ['{"a":1}', undefined, true, 'the task has no type, and the fields are unknown'],
    ['{"a":1}', 'import_api', false, 'the task failed, but there is no error_code or error_msg in it'],
  ])('is kept as it came, with the reason: %s of %s', (raw, taskType, succeeded, reason) => {
    expect(parseTaskResult(taskType, succeeded, raw)).toStrictEqual({ kind: 'raw', raw, reason });
  });

  test('is read by its fields where only the type is missing', () => {
    expect(parseTaskResult(undefined, true, '{"success":[]}')).toMatchObject({ kind: 'import' });
    expect(parseTaskResult(undefined, true, '{"Comment":"x"}')).toMatchObject({ kind: 'export' });
  });

  test('does not overflow the stack however deep it is nested', () => {
    const deep = `{"success":[],"group_id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parseTaskResult('import_api', true, deep)).toMatchObject({ kind: 'import' });
  });
});
