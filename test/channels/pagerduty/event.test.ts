import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderPagerDutyPosts, toPagerDutyEvent } from '../../../functions/channels/pagerduty/event.ts';
import { toTaskEvent } from '../../../functions/messages/task-event.ts';
import { FAILED, makeEvent, PARTIAL } from '../../../generate/sample-events.ts';
import { arbitraryResult } from '../../messages/arbitrary-result.ts';
import { eventProblems } from './event-oracle.ts';

const routing_key = 'R0123456789012345678901234567890'.slice(0, 32);

describe('an event for PagerDuty', () => {
  it('opens an incident of the gateway and label, with what a pager shows', () => {
    expect(toPagerDutyEvent(makeEvent(PARTIAL))).toMatchObject({
      event_action: 'trigger',
      dedup_key: 'apig/e6a5871bfb5b47d19c5874790f639ef8/label/orders-prod',
      links: [{ text: 'Open the result' }, { href: 'https://ci.example.com/orders/runs/4711', text: 'CI run' }],
      payload: {
        summary: 'APIG import partially succeeded: 12 created, 3 updated, 4 failed (orders-prod)',
        severity: 'warning',
        component: 'orders-prod',
        timestamp: '2026-11-24T14:02:31.000Z',
      },
    });
    expect(toPagerDutyEvent(makeEvent(FAILED))).toMatchObject({ payload: { severity: 'error' } });
  });

  it('resolves the same incident when the label succeeds', () => {
    const { label } = makeEvent(FAILED).data;
    const opened = toPagerDutyEvent(makeEvent({ ...FAILED, taskId: 'a' }));
    const resolved = toPagerDutyEvent(makeEvent({ ...(label && { label }), taskId: 'b' }));
    expect(resolved).toEqual({ event_action: 'resolve', dedup_key: opened.dedup_key });
  });

  it('is of its own incident without a label, and on another gateway', () => {
    const { label: _, ...bare } = makeEvent(FAILED).data;
    const keys = [
      toPagerDutyEvent({ ...makeEvent(FAILED), data: { ...bare, task_id: 'a' } }),
      toPagerDutyEvent({ ...makeEvent(FAILED), data: { ...bare, task_id: 'b' } }),
      toPagerDutyEvent(makeEvent(FAILED)),
      toPagerDutyEvent(makeEvent({ ...FAILED, instanceId: 'other' })),
    ].map(({ dedup_key }) => dedup_key);
    expect(new Set(keys).size).toBe(4);
  });

  it('is within schema and limits, whatever the result', () => {
    fc.assert(
      fc.property(arbitraryResult, (result) => {
        const event = toTaskEvent(result, { publicUrl: 'https://tasks.example.com' });
        expect(eventProblems(JSON.stringify({ routing_key, ...toPagerDutyEvent(event) }))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('goes out oldest first, so that no incident is resolved before it is opened', () => {
    const failed = makeEvent({ ...FAILED, completedAtMs: 1_000, taskId: 'a' });
    const healed = makeEvent({ label: 'billing-prod', completedAtMs: 2_000, taskId: 'b', isFirstSuccess: true });
    const posts = renderPagerDutyPosts([healed, failed].map((event) => ({ event, body: '' })));
    expect(posts.map(({ message }) => (message as { event_action: string }).event_action)).toEqual([
      'trigger',
      'resolve',
    ]);
  });

  it('opens an incident also for a failure that comes after the success that followed it, because nobody heard of it', () => {
    const failed = makeEvent({ ...FAILED, completedAtMs: 1_000, taskId: 'a' });
    const healed = makeEvent({ label: 'billing-prod', completedAtMs: 2_000, taskId: 'b', isFirstSuccess: true });
    const actions = [healed, failed].flatMap((event) =>
      renderPagerDutyPosts([{ event, body: '' }]).map(
        ({ message }) => (message as { event_action: string }).event_action,
      ),
    );
    expect(actions).toEqual(['resolve', 'trigger']);
  });
});
