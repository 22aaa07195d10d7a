import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  MAX_EVENT_BYTES,
  MAX_EVENT_FAILURES,
  toEventAttributes,
  toTaskEvent,
} from '../../functions/messages/task-event.ts';
import { eventId } from '../../functions/tasks/result.ts';
import { arbitraryResult } from './arbitrary-result.ts';

const NUM_RUNS = 200;

it('every event is a whole CloudEvent of at most 64 KiB, whatever the result', () => {
  fc.assert(
    fc.property(arbitraryResult, (result) => {
      const json = JSON.stringify(toTaskEvent(result, { publicUrl: 'https://tasks.example.com' }));
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
      expect(json.isWellFormed() && !/[\ufffe\uffff]|\\ud[89a-f]/i.test(json)).toBe(true);
      const event = JSON.parse(json);
      expect(event).toMatchObject({ specversion: '1.0', id: eventId(result), type: `apig.task.${result.outcome}` });
      expect(new Date(event.time).getTime()).toBe(result.completedAtMs);
    }),
    { numRuns: NUM_RUNS },
  );
}, 120_000);

it('what an event leaves out it says, and its counts stay true', () => {
  fc.assert(
    fc.property(arbitraryResult, (result) => {
      const { data } = toTaskEvent(result);
      const listed = data.failures?.length ?? 0;
      const isListing = ['failed', 'partially_succeeded'].includes(result.outcome);
      expect(listed).toBeLessThanOrEqual(isListing ? MAX_EVENT_FAILURES : 0);
      expect(data.summary.failed).toBe(result.summary.failed);
      expect(data.summary.created).toBe(result.summary.created);
      const { failure = [] } = result.result as { failure?: unknown[] };
      const failed = Math.max(result.summary.failed ?? 0, failure.length);
      if (isListing && listed < failed) expect(data.truncated).toBe(true);
      if (isListing && failure.length > 0) expect(listed).toBeGreaterThan(0);
      if (!data.truncated) expect(data.error?.message ?? '').not.toMatch(/^.{65536,}$/su);
    }),
    { numRuns: NUM_RUNS },
  );
}, 120_000);

it('attributes are never empty, never long, and on one line', () => {
  fc.assert(
    fc.property(arbitraryResult, (result) => {
      for (const value of Object.values(toEventAttributes(result))) {
        expect(value).toMatch(/^[^\p{Cc}\ufffe\uffff]{1,256}$/u);
        expect(value.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: NUM_RUNS },
  );
}, 120_000);
