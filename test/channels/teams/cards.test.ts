import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TeamsMessage } from '../../../functions/channels/teams/card.ts';
import { renderTeamsCard, renderTeamsPosts } from '../../../functions/channels/teams/cards.ts';
import { toNotice, toTaskEvent } from '../../../functions/messages/task-event.ts';
import { EXPIRED, FAILED, makeBatch, makeEvent, PARTIAL } from '../../../generate/sample-events.ts';
import { arbitraryResult } from '../../messages/arbitrary-result.ts';
import { cardProblems } from './card-oracle.ts';

const options = { publicUrl: 'https://tasks.example.com' };
/** Microsoft's limit of a message to a Workflows webhook. */
const MAX_BYTES = 28 * 1024;

function check(message: TeamsMessage): void {
  const [attachment] = message.attachments;
  expect(message).toEqual({ type: 'message', attachments: [attachment] });
  expect(attachment).toMatchObject({ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null });
  expect(attachment.content.version).toBe('1.4');
  expect(cardProblems(attachment.content)).toEqual([]);
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(MAX_BYTES);
  expect(JSON.stringify(message).isWellFormed()).toBe(true);
  for (const { inlines } of attachment.content.body)
    for (const { text } of inlines) expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
}

const textOf = (message: TeamsMessage) =>
  message.attachments[0].content.body.map(({ inlines }) => inlines.map(({ text }) => text).join('')).join('\n');

describe('a card for Teams', () => {
  it('says what happened, where, and what failed', () => {
    const message = renderTeamsCard(makeEvent(PARTIAL));
    check(message);
    const text = textOf(message);
    expect(text).toMatch(/^⚠️ APIG import partially succeeded: 12 created, 3 updated, 4 failed\n/);
    expect(text).toContain('Label: orders-prod');
    expect(text).toContain('Group: orders (9100ae3058fd49c78a1cb7ff5a4ff1d0)');
    expect(text).toContain('Ended: within 47 s of its registration, seen 2026-11-24 14:02 UTC');
    expect(text).toContain('DELETE /orders/*/items_archive APIG.2011');
    expect(message.attachments[0].content.actions?.map(({ title, url }) => [title, url])).toEqual([
      ['Open the result', 'https://tasks.example.com/tasks/5b8a4c0e7f7c4b6f9f5d6a1e2c3b4d5e'],
      ['CI run', 'https://ci.example.com/orders/runs/4711'],
    ]);
  });

  it.each([{}, FAILED, EXPIRED, { isFirstSuccess: true as const }])(
    'holds the schema of version 1.4: %j',
    (changes) => {
      check(renderTeamsCard(makeEvent(changes)));
    },
  );

  it('is within schema and limit, whatever the result', () => {
    fc.assert(
      fc.property(arbitraryResult, (result) => check(renderTeamsCard(toNotice(result, options)))),
      { numRuns: 100 },
    );
  }, 120_000);

  it('shows foreign Markdown as it is, because it stands in text runs alone', () => {
    const message = renderTeamsCard(makeEvent({ label: '[click](https://evil.example) **x** <at>all</at>' }));
    expect(message.attachments[0].content.body.every(({ type }) => type === 'RichTextBlock')).toBe(true);
    expect(textOf(message)).toContain('[click](https://evil.example) **x** <at>all</at>');
  });
});

describe('a burst for Teams', () => {
  it('is one list, worst first, with links', () => {
    const posts = renderTeamsPosts(makeBatch().map((event) => ({ event, body: '' })));
    expect(posts).toHaveLength(1);
    const message = posts[0]?.message as TeamsMessage;
    check(message);
    const lines = textOf(message).split('\n');
    expect(lines[0]).toBe('❌ 8 APIG tasks ended: 1 failed, 1 partially succeeded, 1 expired, 5 succeeded');
    expect(lines[1]).toContain('❌ import failed  billing-prod');
    expect(lines[2]).toContain('CI run');
  });

  it('has every event in exactly one message, and every failure in sight, whatever the round', () => {
    fc.assert(
      fc.property(fc.array(arbitraryResult, { minLength: 1, maxLength: 60 }), (results) => {
        const items = results.map((result) => ({ event: toTaskEvent(result, options), body: '' }));
        const posts = renderTeamsPosts(items);
        expect(new Set(posts.flatMap((post) => post.items))).toEqual(new Set(items));
        expect(posts.flatMap((post) => post.items)).toHaveLength(items.length);
        for (const { message } of posts) check(message as TeamsMessage);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
