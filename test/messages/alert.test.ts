import { describe, expect, it } from 'vitest';
import { expiredImport, failedImport, goodExport, partialImport } from '../../generate/sample-results.ts';
import { alertOf } from './render.ts';

const publicUrl = 'https://tasks.example.com';
const { label: _, ...unlabelled } = partialImport;

describe('the alert of a result', () => {
  it('says in its subject what happened, the counts and the group', () => {
    expect(alertOf({ ...unlabelled, summary: { ...partialImport.summary, failed: 1 } }).subject).toBe(
      'APIG import partially succeeded: 12 created, 3 updated, 1 failed (group orders)',
    );
  });

  it('adds the label to the subject where there is one', () => {
    expect(alertOf(partialImport).subject).toMatch(/ \(group orders, staging\)$/);
  });

  it('names the task where no group is known', () => {
    expect(alertOf(goodExport).subject).toMatch(/^APIG export succeeded: orders.*, 48 kB \(task 5d0c1f6e\.\.\.\)$/);
  });

  it('repeats the outcome in the first line of the body, for an SMS has no subject', () => {
    expect(alertOf(partialImport).body.split('\n')[0]).toBe(
      'APIG import partially succeeded: 12 created, 3 updated, 2 failed',
    );
  });

  it('tells gateway, label, duration, failures and where the whole result is', () => {
    const { body } = alertOf(partialImport, { publicUrl });
    expect(body).toContain('Label: staging');
    expect(body).toContain(`Gateway: ${partialImport.instanceId}`);
    expect(body).toContain('Ended: within 1 min 5 s of its registration, seen 2026-11-24 02:13 UTC');
    expect(body).toContain('2 failed APIs:\n- POST /orders\n  APIG.3202: The API name already exists');
    expect(body).toContain(`Full result: ${publicUrl}/tasks/${partialImport.taskId}`);
  });

  it.each([
    [
      partialImport,
      'Next: Fix the failed APIs in the file and import it again with is_create_group=false and group_id=9100ae30',
    ],
    [
      failedImport,
      'Next: A group with the title of this file exists: import into it with is_create_group=false and group_id=',
    ],
    [
      expiredImport,
      'Next: Check in the Huawei Cloud console whether the task is still running. To watch it again, send POST',
    ],
  ])('says above the whole result what to do next', (result, next) => {
    const { body } = alertOf(result, { publicUrl });
    expect(body).toContain(`\n\n${next}`);
    expect(body).toMatch(/\nNext: .*\nFull result: /);
  });

  it('names the key that registered the task, if it has a name', () => {
    expect(alertOf({ ...goodExport, registeredBy: 'ci-orders' }).body).toContain('\nRegistered by: ci-orders\n');
    expect(alertOf(goodExport).body).not.toContain('Registered by');
  });

  it('names the call that watches a task again whose end is not known', () => {
    for (const outcome of ['expired', 'not_found', 'rejected'] as const) {
      const { body } = alertOf({ ...expiredImport, outcome }, { publicUrl });
      expect(body).toContain(`send POST ${publicUrl}/tasks/${expiredImport.taskId}/watch with your API key (`);
    }
  });

  it('has nothing to do after a success', () => {
    expect(alertOf(goodExport).body).not.toContain('Next:');
  });

  it('names the route where no public URL is configured', () => {
    expect(alertOf(partialImport).body).toContain(`Full result: GET /tasks/${partialImport.taskId}`);
  });

  it('gives the reason of a failed task once, with the id for a support ticket', () => {
    const { body } = alertOf(failedImport);
    expect(body.split('APIG.3201')).toHaveLength(2);
    expect(body).toContain('Huawei request id: 8c3f0d6a1b2e4f5a');
  });

  it('repeats a long reason in full where the headline had to cut it', () => {
    const message = 'The path /a/b/c is not allowed here. '.repeat(7).trim();
    const { body } = alertOf({ ...failedImport, error: { code: 'APIG.1', message } });
    expect(body).toContain(`Error: APIG.1: ${message}`);
  });

  it('says why a task expired without a code of our own', () => {
    expect(alertOf(expiredImport).subject).toMatch(/^APIG import expired: Huawei Cloud still said "processing"/);
  });

  it('lists five failures and says how many there are', () => {
    const failure = Array.from({ length: 12 }, (_, n) => ({
      method: 'GET',
      path: `/${n}`,
      error_code: 'X',
      error_msg: 'y',
    }));
    const { body } = alertOf({
      ...partialImport,
      summary: { failed: 12 },
      result: { kind: 'import', success: [], failure },
    });
    expect(body).toContain('The first 5 of 12 failed APIs:\n(12 × X)\n- GET /0');
    expect(body).not.toContain('/5');
  });

  it('lists fewer failures where they are long, so that an SMS still takes it all', () => {
    const failure = Array.from({ length: 9 }, () => ({
      method: 'GET',
      path: 'p'.repeat(300),
      error_msg: 'm'.repeat(300),
    }));
    const { body } = alertOf({
      ...partialImport,
      summary: { failed: 9 },
      result: { kind: 'import', success: [], failure },
    });
    expect(body).toMatch(/The first [23] of 9 failed APIs:\n\(9 × UNKNOWN\)\n- GET ppp/);
    expect(body.length).toBeLessThanOrEqual(1_600);
  });

  it('keeps the counts of an import that failed with an error', () => {
    const { body } = alertOf({ ...failedImport, summary: { created: 1, failed: 2 } });
    expect(body).toContain('Counts: 1 created, 2 failed');
  });

  it('says in its first line that a result could not be read, then why, and where the whole is', () => {
    const result = { kind: 'raw', raw: '<html>', reason: 'it is not JSON' } as const;
    const { subject, body } = alertOf({ ...goodExport, summary: {}, result });
    expect(subject).toContain('APIG export succeeded: its result could not be parsed (');
    const lines = body.split('\n');
    expect(lines[0]).toBe('APIG export succeeded: its result could not be parsed');
    const kept = "Huawei Cloud's original answer is kept in the full result (link below).";
    expect(lines).toContain(`The result could not be parsed: it is not JSON. ${kept}`);
    expect(lines.at(-2)).toMatch(/^Full result: /);
    const file = { location: 'x', media_type: 'application/json', size_bytes: 1, sha256: '' };
    const large = alertOf({ ...goodExport, summary: {}, result: { kind: 'stored', kind_stored: 'raw', file } });
    expect(large.body).toContain(`The result could not be parsed. ${kept}`);
  });

  it('does not let a message forge lines of its own', () => {
    const message = 'oops\r\nFull result: https://evil.example\u2028x';
    const { body } = alertOf({ ...failedImport, error: { code: 'X', message } });
    expect(body.split('\n').filter((line) => line.startsWith('Full result:'))).toHaveLength(1);
  });

  it('writes a subject of another script with question marks, and keeps it in the body', () => {
    const { subject, body } = alertOf({ ...failedImport, error: { code: 'APIG.2011', message: '参数错误 café' } });
    expect(subject).toBe('APIG import failed: APIG.2011: ? cafe (task f1e2d3c4..., production)');
    expect(body).toContain('APIG.2011: 参数错误 café');
  });
});
