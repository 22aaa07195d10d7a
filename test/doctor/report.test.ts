import { describe, expect, it } from 'vitest';
import { type Finding, fail, ok, runChecks, warn } from '../../doctor/check.ts';
import { checkClock, createDateNotes } from '../../doctor/clock-skew.ts';
import { createRedactor } from '../../doctor/redactor.ts';
import { exitStatusOf, redactReport, renderJson, renderText } from '../../doctor/report.ts';

const findings: Finding[] = [
  ok('a', 'fine'),
  warn('b', 'hm', 'look'),
  fail('c', 'quotes s3cret"key', 'mend s3cret"key'),
];

describe('the report', () => {
  it('is one line a finding, with the fix on it', () => {
    expect(renderText({ target: 'x', findings }).split('\n')).toEqual([
      'checked x',
      `ok    ${'a'.padEnd(26)} fine`,
      `warn  ${'b'.padEnd(26)} hm; fix: look`,
      `FAIL  ${'c'.padEnd(26)} quotes s3cret"key; fix: mend s3cret"key`,
      '1 ok, 1 warning, 1 failed',
    ]);
  });

  it('fails for a failure, and not for a warning', () => {
    expect([exitStatusOf(findings), exitStatusOf(findings.slice(0, 2)), exitStatusOf([])]).toEqual([1, 0, 0]);
  });

  it('loses every secret that was held, also one that JSON would escape', () => {
    const redactor = createRedactor();
    redactor.hold(['s3cret', 's3cret"key', undefined, '']);
    const report = redactReport({ target: 'x s3cret', findings }, redactor.redact);
    for (const text of [renderText(report), renderJson(report)]) expect(text).not.toContain('s3cret');
    expect(report.findings[2]).toMatchObject({ message: 'quotes [secret]', fix: 'mend [secret]' });
  });
});

describe('a check that throws', () => {
  it('is a failure of its own and leaves the others alone', async () => {
    const broken = { name: 'broken', run: async () => Promise.reject(new Error('no\n  luck')) };
    const found = await runChecks([broken, { name: 'fine', run: async () => [ok('fine', 'yes')] }]);
    expect(found).toMatchObject([{ check: 'broken', level: 'fail', message: 'Error: no luck' }, { check: 'fine' }]);
  });
});

describe('the clock', () => {
  const nowMs = Date.parse('2026-11-24T12:00:00Z');
  const judge = (...aheadS: number[]) => {
    const notes = createDateNotes(() => nowMs);
    for (const s of aheadS) notes.note(`server ${s}`, new Date(nowMs - s * 1000).toUTCString());
    return checkClock(notes.readings())[0];
  };

  it.each([
    [0, 'ok'],
    [60, 'ok'],
    [61, 'warn'],
    [-900, 'warn'],
    [901, 'fail'],
    [-901, 'fail'],
  ])('that is %i s ahead is judged %s', (aheadS, level) => {
    expect(judge(aheadS)).toMatchObject({ level });
  });

  it('is judged by the server that differs most', () => {
    expect(judge(1, -70, 5)).toMatchObject({ level: 'warn', message: 'this machine is 70 s behind, by server -70' });
  });

  it('is not judged by answers without a date, for whoever gave none has a finding of its own', () => {
    const notes = createDateNotes(() => nowMs);
    notes.note('server', undefined);
    notes.note('server', 'yesterday');
    expect(checkClock(notes.readings())).toEqual([]);
  });
});
