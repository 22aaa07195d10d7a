import { describe, expect, it } from 'vitest';
import type { Publishing } from '../../functions/huawei/publish.ts';
import type { Conclusion } from '../../functions/polling/conclude-task.ts';
import { publishImported } from '../../functions/polling/publish-imported.ts';
import { pendingTask } from '../support/fixtures.ts';

type Over = Extract<Conclusion, { kind: 'over' }>;

const started = { task_type: 'import_api', publish_to: 'env1' } as const;
const task = pendingTask({ started });
const success = [
  { id: 'a1', action: 'create', method: 'GET', path: '/1' },
  { id: 'a2', action: 'update', method: 'GET', path: '/2' },
  { action: 'create', path: '/without-an-id' },
];
const over: Over = { kind: 'over', outcome: 'succeeded', result: { kind: 'import', success, failure: [] } };
const ERROR = { code: 'APIGW.0201', message: 'busy' };

async function publish(end: Publishing, { nowMs = task.deadlineAtMs - 1, of = task, what = over } = {}) {
  const asked: unknown[] = [];
  const publisher = {
    publish: async (apis: readonly { id: string }[], environmentId: string) => {
      asked.push([environmentId, ...apis.map(({ id }) => id)]);
      return end;
    },
  };
  return { answer: await publishImported(publisher, { task: of, over: what, nowMs }), asked };
}

describe('publishing after an import', () => {
  it('asks for what was created or updated, and counts it', async () => {
    const { answer, asked } = await publish({ kind: 'done', published: 2, failures: [] });
    expect(asked).toEqual([['env1', 'a1', 'a2']]);
    expect(answer).toMatchObject({ outcome: 'succeeded', result: { published: 2, publish_failures: [] } });
  });

  it('makes a success with a failure partial', async () => {
    const failures = [{ path: '/2', error_code: 'APIG.3003', error_msg: 'no environment' }];
    const { answer } = await publish({ kind: 'done', published: 1, failures });
    expect(answer).toMatchObject({
      outcome: 'partially_succeeded',
      result: { published: 1, publish_failures: failures },
    });
  });

  it('puts off what is not certain until the deadline, and then fails', async () => {
    expect((await publish({ kind: 'later', error: ERROR })).answer).toEqual({ kind: 'later', error: ERROR });
    const { answer } = await publish({ kind: 'later', error: ERROR }, { nowMs: task.deadlineAtMs });
    expect(answer).toMatchObject({
      outcome: 'partially_succeeded',
      result: { published: 0, publish_failures: [{ path: '/1', error_code: 'APIGW.0201' }, { path: '/2' }] },
    });
  });

  it.each<[string, { of?: typeof task; what?: Over }]>([
    ['was not asked for', { of: pendingTask() }],
    ['has nothing to publish', { what: { ...over, result: { kind: 'import' as const, success: [], failure: [] } } }],
    ['failed', { what: { ...over, outcome: 'failed' as const, result: { kind: 'failure' as const } } }],
  ])('asks nothing of an import that %s', async (_, more) => {
    const { answer, asked } = await publish({ kind: 'done', published: 1, failures: [] }, more);
    expect([answer, asked]).toEqual([more.what ?? over, []]);
  });
});
