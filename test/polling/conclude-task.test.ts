import { describe, expect, it } from 'vitest';
import { parseTaskAnswer } from '../../functions/huawei/parse-answer.ts';
import { concludeTask, NOT_FOUND_GRACE_MS } from '../../functions/polling/conclude-task.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import { faultObservation, pendingTask, processing, START_MS, succeeded } from '../support/fixtures.ts';

const task = pendingTask();
const soonMs = START_MS + 10_000;
const conclude = (observation: Observation, nowMs = soonMs) => concludeTask(task, observation, nowMs);

describe('concludeTask', () => {
  it('keeps a task pending when Huawei says processing', () => {
    expect(conclude(processing)).toEqual({
      kind: 'pending',
      heard: { status: 'processing', taskType: 'import_api', heardAtMs: expect.any(Number) },
    });
  });

  it('ends a task that is still processing at its deadline as expired, with the last status', () => {
    expect(conclude(processing, task.deadlineAtMs)).toMatchObject({
      kind: 'over',
      outcome: 'expired',
      taskStatus: 'processing',
      taskType: 'import_api',
    });
  });

  it('calls an import without failures succeeded', () => {
    expect(conclude(succeeded)).toMatchObject({ kind: 'over', outcome: 'succeeded', taskStatus: 'succeed' });
  });

  it('calls a succeeded import with entries in failure partially succeeded', () => {
    const partial: Observation = {
      ...succeeded,
      result: { kind: 'import', success: [], failure: [{ path: '/a', error_code: 'APIG.3202' }] },
    } as Observation;
    expect(conclude(partial)).toMatchObject({ outcome: 'partially_succeeded' });
  });

  it('keeps the code and message of a failure as its error', () => {
    const failed: Observation = {
      kind: 'final',
      succeeded: false,
      taskStatus: 'failed',
      result: { kind: 'failure', error_code: 'APIG.3201', error_msg: 'exists' },
    };
    expect(conclude(failed)).toMatchObject({ outcome: 'failed', error: { code: 'APIG.3201', message: 'exists' } });
  });

  it.each([
    [{ error_code: 'APIG.3201' }, { code: 'APIG.3201', message: 'Huawei Cloud gave no reason' }],
    [{ error_msg: 'exists' }, { code: 'UNKNOWN', message: 'exists' }],
  ])('has an error for a failure that says only %j', (said, error) => {
    const answer = parseTaskAnswer({ task_status: 'failed', task_result: said });
    if (answer.kind !== 'final') throw new Error('the answer is final');
    expect(conclude(answer)).toMatchObject({ outcome: 'failed', error });
  });

  it('believes a result that comes after the deadline', () => {
    expect(conclude(succeeded, task.deadlineAtMs + 1)).toMatchObject({ outcome: 'succeeded' });
  });

  it.each(['not_found', 'gateway_not_found'] as const)('does not believe %s right after registration', (unknown) => {
    expect(conclude(faultObservation(unknown), START_MS + NOT_FOUND_GRACE_MS - 1)).toMatchObject({ kind: 'pending' });
    expect(conclude(faultObservation(unknown), START_MS + NOT_FOUND_GRACE_MS)).toMatchObject({ outcome: 'not_found' });
  });

  it('rejects at once what can never succeed', () => {
    expect(conclude(faultObservation('permanent'))).toMatchObject({ outcome: 'rejected' });
  });

  it('rejects a refused permission only at the deadline, with the last error', () => {
    expect(conclude(faultObservation('forbidden'))).toEqual({ kind: 'pending' });
    expect(conclude(faultObservation('forbidden'), task.deadlineAtMs)).toMatchObject({
      outcome: 'rejected',
      error: { code: 'FORBIDDEN' },
    });
  });

  it.each(['transient', 'throttled', 'unauthenticated'] as const)('lets %s expire at the deadline only', (passing) => {
    expect(conclude(faultObservation(passing), task.deadlineAtMs - 1)).toMatchObject({ kind: 'pending' });
    expect(conclude(faultObservation(passing), task.deadlineAtMs)).toMatchObject({ outcome: 'expired' });
  });
});
