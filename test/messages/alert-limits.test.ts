import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_ALERT_UNITS } from '../../functions/messages/alert.ts';
import { composeAlerts, DIGEST_ABOVE, MAX_BODY_BYTES } from '../../functions/messages/digest.ts';
import { toNotice } from '../../functions/messages/task-event.ts';
import { failedImport } from '../../generate/sample-results.ts';
import { arbitraryResult } from './arbitrary-result.ts';
import { alertOf, alertsOf } from './render.ts';

const options = { publicUrl: 'https://tasks.example.com' };
const SUBJECT = /^[!-~][ -~]{0,98}$/;
const FORBIDDEN = /(?!\n)\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;

it('an alert fits a subject and an SMS, whatever the result', () => {
  fc.assert(
    fc.property(arbitraryResult, (result) => {
      const { subject, body } = alertOf(result, options);
      expect(subject).toMatch(SUBJECT);
      expect(body.length).toBeLessThanOrEqual(MAX_ALERT_UNITS);
      expect(body.isWellFormed()).toBe(true);
      expect(body).not.toMatch(FORBIDDEN);
      expect(body).toContain(`${options.publicUrl}/tasks/${result.taskId}`);
      if ((result.summary.failed ?? 0) > 0) expect(body).toMatch(/failed API/);
    }),
    { numRuns: 200 },
  );
}, 120_000);

it('an alert in which everything is as long as it may be fits into an SMS, and still says what failed', () => {
  const context = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`key_${i}`, 'v'.repeat(90)]));
  const long = 'é'.repeat(2_000);
  const { subject, body } = alertOf(
    {
      ...{ ...failedImport, outcome: 'not_found', label: 'é'.repeat(128), registeredBy: 'k'.repeat(64) },
      ...{ context, error: { code: 'C'.repeat(200), message: long, requestId: long } },
      summary: { created: 1, updated: 100, failed: 1_000, ignored: 1_000, file_name: long },
    },
    options,
  );
  expect(subject).toMatch(SUBJECT);
  expect(body.length).toBeLessThanOrEqual(MAX_ALERT_UNITS);
  expect(body).toMatch(/1000 failed APIs/);
});

it('a round tells about every result once, within every limit, whatever the results', () => {
  fc.assert(
    fc.property(fc.array(arbitraryResult, { maxLength: 40 }), (results) => {
      const alerts = alertsOf(results, options);
      expect(alerts.flatMap(({ taskIds }) => taskIds).toSorted()).toEqual(results.map((one) => one.taskId).toSorted());
      if (results.length > DIGEST_ABOVE) expect(alerts).toHaveLength(1);
      for (const { subject, body } of alerts) {
        expect(subject).toMatch(SUBJECT);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
        expect(body.isWellFormed()).toBe(true);
        expect(body).not.toMatch(FORBIDDEN);
      }
    }),
    { numRuns: 80 },
  );
}, 120_000);

it('a digest names every task that did not succeed, however many repeat', () => {
  const storms = fc.tuple(arbitraryResult, fc.integer({ min: 6, max: 600 }));
  fc.assert(
    fc.property(storms, ([pattern, count]) => {
      const { data, ...notice } = toNotice(pattern, options);
      const urls = Array.from({ length: count }, (_, n) => `${options.publicUrl}/tasks/task-${n}`);
      const storm = urls.map((result_url) => ({ ...notice, data: { ...data, result_url } }));
      const bodies = composeAlerts(storm).map(({ message }) => message.body);
      const told = new Set(bodies.join('\n').match(/\S+\/tasks\/task-\d+/g));
      if (pattern.outcome !== 'succeeded') expect(told).toEqual(new Set(urls));
    }),
    { numRuns: 40 },
  );
}, 120_000);
