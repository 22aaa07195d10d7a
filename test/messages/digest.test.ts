import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../functions/messages/digest.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { burst, failedImport, goodExport, partialImport } from '../../generate/sample-results.ts';
import { alertsOf } from './render.ts';

const many = (count: number, of: TaskResult): TaskResult[] =>
  Array.from({ length: count }, (_, n) => ({ ...of, taskId: `${of.outcome}-${n}` }));

describe('composeAlerts', () => {
  it('writes one message a result up to five', () => {
    const alerts = alertsOf(burst.slice(0, 5));
    expect(alerts.map(({ taskIds }) => taskIds)).toEqual(burst.slice(0, 5).map(({ taskId }) => [taskId]));
    expect(alerts.map(({ outcomes }) => outcomes)).toEqual(
      [...many(4, goodExport), failedImport].map((one) => [one.outcome]),
    );
  });

  it('writes one message for six, worst first, with counts', () => {
    const alerts = alertsOf(burst.slice(0, 6));
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.subject).toBe('APIG: 6 tasks ended: 1 failed, 5 succeeded');
    expect(alerts[0]?.body.split('\n').slice(0, 4)).toEqual([
      'APIG: 6 tasks ended: 1 failed, 5 succeeded',
      '',
      'Needs attention (1):',
      '- APIG import failed: APIG.3308: Request and path parameters do not match',
    ]);
  });

  it('writes nothing for nothing', () => {
    expect(alertsOf([])).toEqual([]);
  });

  it('lists what did not succeed before what did, and the failed APIs of an import', () => {
    const [digest] = alertsOf(burst, { publicUrl: 'https://tasks.example.com' });
    const at = (text: string) => digest?.body.indexOf(text) ?? -1;
    expect(at('import failed')).toBeLessThan(at('import partially succeeded'));
    expect(at('import partially succeeded')).toBeLessThan(at('import expired'));
    expect(at('import expired')).toBeLessThan(at('Succeeded (5)'));
    expect(at('POST /orders - APIG.3202')).toBeGreaterThan(0);
    expect(at(`https://tasks.example.com/tasks/${partialImport.taskId}`)).toBeGreaterThan(0);
    expect(digest?.outcomes).toEqual(['succeeded', 'partially_succeeded', 'failed', 'expired']);
  });

  it('says how many failed APIs it leaves out', () => {
    const failure = Array.from({ length: 9 }, () => ({ method: 'GET', path: '/' }));
    const [digest] = alertsOf([
      ...many(5, goodExport),
      { ...partialImport, result: { kind: 'import', success: [], failure } },
    ]);
    expect(digest?.body).toContain('  and 6 more failed APIs');
  });

  it('splits when the failures of a storm do not fit, and loses none', () => {
    const failure = Array.from({ length: 3 }, () => ({
      method: 'GET',
      path: 'p'.repeat(500),
      error_msg: '错'.repeat(500),
    }));
    const storm = many(400, { ...partialImport, result: { kind: 'import', success: [], failure } });
    const alerts = alertsOf([...storm, ...many(3, goodExport)]);
    expect(alerts.length).toBeGreaterThan(1);
    expect(alerts[0]?.subject).toMatch(/^APIG \(1 of \d+\): 403 tasks ended: 400 partially succeeded, 3 succeeded$/);
    expect(alerts.flatMap(({ taskIds }) => taskIds).toSorted()).toEqual(
      [...storm, ...many(3, goodExport)].map((one) => one.taskId).toSorted(),
    );
    for (const { body } of alerts) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    const bodies = alerts.map(({ body }) => body).join('\n');
    for (const { taskId } of storm) expect(bodies).toContain(`/tasks/${taskId}\n`);
  });

  it('counts the plain successes that do not fit instead of splitting for them', () => {
    const successes = many(2_000, { ...goodExport, label: 'l'.repeat(60) });
    const alerts = alertsOf(successes);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.body).toMatch(/\n- and \d+ more$/);
    expect(alerts[0]?.taskIds).toHaveLength(2_000);
    expect(Buffer.byteLength(alerts[0]?.body ?? '')).toBeLessThanOrEqual(MAX_BODY_BYTES);
  });
});
