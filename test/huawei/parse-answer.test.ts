import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, parseTaskAnswer } from '../../functions/huawei/parse-answer.ts';
import { type FailedApi, summarize } from '../../functions/tasks/result.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/huawei/${name}.json`, import.meta.url), 'utf8');
const answer = (fields: object) => parseTaskAnswer(JSON.stringify(fields));

describe('the status', () => {
  test.each(['waiting', 'processing'])('%s is pending', (taskStatus) => {
    expect(parseTaskAnswer(fixture(`200-import-${taskStatus}`))).toStrictEqual({
      kind: 'pending',
      taskStatus,
      taskType: 'import_api',
    });
  });

  test.each(['succeed', 'succeeded', 'Succeeded'])('%s is a success, kept as it was said', (taskStatus) => {
    expect(answer({ task_status: taskStatus })).toStrictEqual({
      kind: 'final',
      succeeded: true,
      taskStatus,
      result: { kind: 'none' },
    });
  });

  test('failed is a failure', () => {
    expect(answer({ task_status: 'failed', task_type: 'export_api', task_result: null })).toMatchObject({
      kind: 'final',
      succeeded: false,
    });
  });

  test('that is unknown is pending, verbatim, even when a result is there', () => {
    expect(answer({ task_status: 'Paused', task_result: '{"success":[]}' })).toStrictEqual({
      kind: 'pending',
      taskStatus: 'Paused',
    });
  });

  test.each(['constructor', '__proto__', 'toString'])('named %s is only an unknown one', (taskStatus) => {
    expect(answer({ task_status: taskStatus })).toStrictEqual({ kind: 'pending', taskStatus });
  });
});

describe('an answer', () => {
  test.each([
    ['', 'the answer is empty'],
    [null, 'the answer is empty'],
    ['<html>', 'the answer is not JSON'],
    ['{"task_status":"succ', 'the answer is not JSON'],
    ['[]', 'the answer is JSON, but not an object'],
    ['null', 'the answer is JSON, but not an object'],
    ['{}', 'the answer has no task_status'],
    ['{"task_status":null}', 'the answer has no task_status'],
    ['{"task_status":5}', 'the answer has no task_status'],
  ])('%j is unreadable', (body, reason) => {
    expect(parseTaskAnswer(body)).toStrictEqual({ kind: 'unreadable', reason });
  });

  test('may be parsed already, its result too', () => {
    expect(parseTaskAnswer({ task_status: 'succeed', task_result: { success: [] } })).toMatchObject({
      result: { kind: 'import' },
    });
  });

  test('keeps unknown fields beside the result with those inside it', () => {
    const fields = { task_status: 'succeed', task_type: 'export_api', begin: 1, end: 2 };
    expect(answer({ ...fields, task_result: '{"Comment":"x","end":3}' })).toHaveProperty('result.extra', {
      begin: 1,
      end: 3,
    });
    expect(answer(fields)).toHaveProperty('result', { kind: 'none', extra: { begin: 1, end: 2 } });
    expect(answer({ ...fields, task_result: 'oops' })).toMatchObject({ result: { kind: 'raw', extra: { begin: 1 } } });
  });
});

describe('the outcome', () => {
  const imported = (failure: FailedApi[], succeeded = true) => ({
    succeeded,
    result: { kind: 'import' as const, success: [{ action: 'create' }], failure },
  });

  test('is a success without failures, a partial one with any, and a failure when Huawei says so', () => {
    expect(outcomeOf(imported([]))).toBe('succeeded');
    expect(outcomeOf(imported([{ path: '/a' }]))).toBe('partially_succeeded');
    expect(outcomeOf(imported([{ path: '/a' }], false))).toBe('failed');
    expect(outcomeOf({ succeeded: true, result: { kind: 'raw', raw: 'x', reason: 'y' } })).toBe('succeeded');
  });
});

describe('the summary', () => {
  test('counts an import', () => {
    const success = [{ action: 'create' }, { action: 'update' }, { action: 'update' }, {}];
    expect(summarize({ kind: 'import', success, failure: [{}], ignore: [{}, {}], group_id: 'g' })).toStrictEqual({
      created: 2,
      updated: 2,
      failed: 1,
      ignored: 2,
      group_id: 'g',
    });
    expect(summarize({ kind: 'import', success: [], failure: [] })).toStrictEqual({
      created: 0,
      updated: 0,
      failed: 0,
    });
  });

  test('measures an exported document in bytes', () => {
    expect(summarize({ kind: 'export', file_name: 'f', content: 'ü' })).toStrictEqual({
      file_name: 'f',
      size_bytes: 2,
    });
    expect(summarize({ kind: 'export' })).toStrictEqual({});
  });

  test('is empty for the rest', () => {
    expect(summarize({ kind: 'failure', error_code: 'x' })).toStrictEqual({});
    expect(summarize({ kind: 'none' })).toStrictEqual({});
  });
});
