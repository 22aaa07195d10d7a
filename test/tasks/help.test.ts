import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../functions/names.ts';
import { groupFailures, helpAfter } from '../../functions/tasks/help.ts';
import type { FailedApi, TaskResult } from '../../functions/tasks/result.ts';

const failed = (error_code: string, error_msg = '', path = '/a'): FailedApi => ({
  method: 'GET',
  path,
  error_code,
  error_msg,
});
const value = (name: string) =>
  `Invalid parameter value,parameterName:${name}. Please refer to the support documentation`;

describe('groupFailures', () => {
  it('counts failures of one kind, the largest group first', () => {
    const modes = Array.from({ length: 150 }, (_, i) => failed('APIG.2012', value('match_mode'), `/p${i}`));
    const groups = groupFailures([
      failed('APIG.3202'),
      ...modes,
      failed('APIG.2012', value('type')),
      failed('APIG.3202'),
    ]);
    expect(groups).toEqual([
      { count: 150, code: 'APIG.2012', parameter: 'match_mode' },
      { count: 2, code: 'APIG.3202' },
      { count: 1, code: 'APIG.2012', parameter: 'type' },
    ]);
  });

  it('names a parameter inside another one', () => {
    const [group] = groupFailures([failed('APIG.2001', value('httpEndpoints.address'))]);
    expect(group?.parameter).toBe('httpEndpoints.address');
  });

  it('loses no failure, whatever Huawei sends', () => {
    const anything = fc.record({ error_code: fc.anything(), error_msg: fc.anything() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(anything), (failures) => {
        const groups = groupFailures(failures as FailedApi[]);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(failures.length);
        expect(new Set(groups.map(({ code, parameter }) => `${code} ${parameter}`)).size).toBe(groups.length);
      }),
    );
  });
});

const ended = (outcome: Outcome, more: Partial<TaskResult> = {}): TaskResult => ({
  ...{ taskId: 't1', instanceId: 'i1', projectId: 'p1', profile: 'prod', outcome, taskType: 'import_api' },
  ...{ registeredAtMs: 0, completedAtMs: 1, summary: {}, result: { kind: 'none' }, expiresAtS: 1 },
  ...more,
});
const URL = 'https://tasks.example.com/tasks/t1';

describe('helpAfter', () => {
  it('has nothing to say after a success', () => {
    expect(helpAfter(ended('succeeded'), URL)).toEqual([]);
  });

  it('names the group after a partial import, and what merge does to an API that is wrong', () => {
    const [help] = helpAfter(ended('partially_succeeded', { summary: { group_id: 'g1' } }), URL);
    expect(help).toContain('is_create_group=false and group_id=g1');
    expect(help).toContain('merge keeps every API that is there, also a wrong one; api_mode=override replaces it');
  });

  it('says what helps against the code of a failed task', () => {
    const error = { code: 'APIG.3601', message: 'The Swagger file version must be 2.0' };
    expect(helpAfter(ended('failed', { error }), URL)).toEqual([expect.stringContaining('OpenAPI 3.1 down to 3.0')]);
    expect(helpAfter(ended('failed', { error: { ...error, code: 'APIG.4242' } }), URL)).toEqual([
      expect.stringContaining('Read the error'),
    ]);
  });

  it('asks for the permission of the start where a task failed, and of the query where its watching ended', () => {
    const error = { code: 'APIG.1005', message: 'No permissions to request this method' };
    expect(helpAfter(ended('failed', { error }), URL)[0]).toContain('apig:api:import');
    expect(helpAfter(ended('failed', { error, taskType: 'export_api' }), URL)[0]).toContain('apig:api:export');
    expect(helpAfter(ended('rejected', { error }), URL)[0]).toContain('apig:asyncTask:get');
  });

  it('blames the profile where it was refused until the deadline, and sends nobody to the console', () => {
    const error = { code: 'APIGW.0301', message: 'token expires' };
    const [help] = helpAfter(ended('expired', { error }), URL);
    expect(help).toContain('Profile "prod" was refused until the deadline');
    expect(help).toContain('valid credentials');
    expect(help).not.toContain('console');
  });

  it('sends to the console where Huawei still ran the task at the deadline', () => {
    const error = { code: 'DEADLINE', message: 'Huawei Cloud still said "processing" at the deadline' };
    expect(helpAfter(ended('expired', { error }), URL)[0]).toBe(
      'Check in the Huawei Cloud console whether the task is still running.',
    );
  });

  it.each(['expired', 'not_found', 'rejected'] as const)(
    'names the call that watches again after %s, with key and body',
    (outcome) => {
      const again = helpAfter(ended(outcome), URL).at(-1);
      expect(again).toContain(`POST ${URL}/watch with your API key ("Authorization: Bearer …")`);
      expect(again).toContain('{"deadline_seconds": 86400}');
    },
  );
});
