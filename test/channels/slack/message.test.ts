import { describe, expect, it } from 'vitest';
import { renderSlackMessage, renderSlackPosts } from '../../../functions/channels/slack/channel.ts';
import { OUTCOMES } from '../../../functions/names.ts';
import {
  EXPIRED,
  FAILED,
  makeBatch,
  makeEvent,
  PARTIAL,
  PUBLIC_URL,
  withOutcome,
} from '../../../generate/sample-events.ts';

const textOf = (value: unknown): string => JSON.stringify(value);

describe('a Slack message', () => {
  it('opens with the outcome and the counts', () => {
    const { text, blocks } = renderSlackMessage(makeEvent(PARTIAL));
    expect(text).toBe(
      'APIG import partially succeeded: 12 created, 3 updated, 4 failed (group orders (9100ae30…)) – orders-prod',
    );
    expect(blocks[0]).toMatchObject({
      text: { text: '⚠️ APIG import partially succeeded: 12 created, 3 updated, 4 failed' },
    });
  });

  it('mentions people only for what did not succeed', () => {
    for (const outcome of OUTCOMES) {
      const blocks = textOf(renderSlackMessage(withOutcome(outcome), '<!here>').blocks);
      expect(blocks.includes('<!here>')).toBe(outcome !== 'succeeded');
    }
  });

  it('lets no foreign text mention anybody or hide where a link leads', () => {
    const event = makeEvent({
      ...FAILED,
      label: '<!channel>',
      error: { code: '<@U1>', message: 'see <https://evil.example|here> @here' },
    });
    const message = renderSlackMessage(event);
    expect(textOf(message)).not.toMatch(/<(?:[@h]|!(?!date))/);
    expect(textOf(message)).toContain('&lt;!channel&gt;');
  });

  it('shows ten failures and says how many there are in all', () => {
    const failure = Array.from({ length: 30 }, (_, index) => ({
      method: 'GET',
      path: `/p${index}`,
      error_code: 'APIG.1',
      error_msg: 'no',
    }));
    const blocks = textOf(
      renderSlackMessage(
        makeEvent({ ...PARTIAL, summary: { failed: 30 }, result: { kind: 'import', success: [], failure } }),
      ),
    );
    expect(blocks).toContain('*What failed* (first 10 of 30)');
    expect(blocks).toContain('…and 20 more');
    expect(blocks).toContain('`GET /p9`');
    expect(blocks).not.toContain('`GET /p10`');
  });

  it('says what to do next after everything but a success', () => {
    for (const outcome of OUTCOMES) {
      const blocks = textOf(renderSlackMessage(withOutcome(outcome)).blocks);
      expect(blocks.includes('*Next*')).toBe(outcome !== 'succeeded');
      const again = ['expired', 'not_found', 'rejected'].includes(outcome);
      expect(blocks.includes('/watch`')).toBe(again);
    }
  });

  it('shows no call that is too long to be whole', () => {
    const event = withOutcome('expired');
    const message = renderSlackMessage({ ...event, data: { ...event.data, result_url: `/${'a'.repeat(400)}` } });
    expect(textOf(message)).toContain('*Next*');
    expect(textOf(message)).not.toContain('To watch it again');
  });

  it('has a button only where the result has an absolute address', () => {
    const event = makeEvent();
    const relative = { ...event, data: { ...event.data, result_url: '/tasks/1' } };
    expect(textOf(renderSlackMessage(event))).toContain(`"url":"${PUBLIC_URL}/tasks/`);
    expect(renderSlackMessage(relative).blocks.map(({ type }) => type)).not.toContain('actions');
  });

  it('says why an expired task ended', () => {
    expect(textOf(renderSlackMessage(makeEvent(EXPIRED)))).toContain('*Why*\\n`DEADLINE` Huawei Cloud still said');
  });
});

describe('a Slack digest', () => {
  const posts = renderSlackPosts(makeBatch().map((event) => ({ event, mention: '<!here>' })));

  it('is one message, worst first', () => {
    expect(posts).toHaveLength(1);
    expect(posts[0]?.message.text).toBe(
      '❌ 8 APIG tasks ended: 1 failed, 1 partially succeeded, 1 expired, 5 succeeded',
    );
    expect(posts[0]?.items.map(({ event }) => event.data.outcome).slice(0, 4)).toEqual([
      'failed',
      'partially_succeeded',
      'expired',
      'succeeded',
    ]);
  });

  it('mentions each addressee once', () => {
    expect(textOf(posts[0]?.message).match(/<!here>/g)).toHaveLength(1);
  });

  it('begins above five events; up to five are a message each', () => {
    const items = makeBatch().map((event) => ({ event }));
    expect(renderSlackPosts(items.slice(0, 5))).toHaveLength(5);
    expect(renderSlackPosts(items.slice(0, 6))).toHaveLength(1);
  });

  it('lists every failure, over several messages where it must, and counts the successes that do not fit', () => {
    const failed = Array.from({ length: 60 }, (_, index) =>
      makeEvent({ ...FAILED, taskId: `failed-${index}`, error: { code: 'APIG.1', message: 'x'.repeat(400) } }),
    );
    const fine = Array.from({ length: 200 }, (_, index) => makeEvent({ taskId: `fine-${index}` }));
    const pages = renderSlackPosts([...fine, ...failed].map((event) => ({ event })));
    const all = textOf(pages.map(({ message }) => message));
    for (const { data } of failed) expect(all).toContain(`|${data.task_id}>`);
    expect(pages.length).toBeGreaterThan(1);
    const shown = fine.filter(({ data }) => all.includes(`|${data.task_id}>`)).length;
    expect(all).toContain(`…and ${200 - shown} more that succeeded`);
    expect(pages.flatMap(({ items }) => items)).toHaveLength(260);
  });
});
