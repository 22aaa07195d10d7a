import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, cutEscaped, escapeSlack, link, plain } from '../../../functions/channels/slack/blocks.ts';
import { renderSlackMessage, renderSlackPosts } from '../../../functions/channels/slack/channel.ts';
import { type TaskEvent, toTaskEvent } from '../../../functions/messages/task-event.ts';
import { OUTCOMES } from '../../../functions/names.ts';
import type { TaskResult } from '../../../functions/tasks/result.ts';
import { makeEvent, makeResult, PARTIAL } from '../../../generate/sample-events.ts';
import { findViolations } from './slack-limits.ts';

// Text that hurts: whole Unicode, lone surrogates, and long runs of what grows when it is escaped.
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('&', '<', '>', '😀', '\ud83d', '`', '"', '\\', '|', '\n', '*', '@here', '<!here>', 'a'),
    maxLength: 60,
  }),
  fc
    .tuple(fc.constantFrom('&', '<', '>', '"', '\\', '😀', 'é', '\u0000', 'x'), fc.integer({ min: 1, max: 13_200 }))
    .map(([character, length]) => character.repeat(length)),
);
const optionally = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const count = optionally(fc.nat({ max: 100_000 }));
const failure = fc.record({ method: nasty, path: nasty, error_code: nasty, error_msg: nasty }, { requiredKeys: [] });
const result: fc.Arbitrary<TaskResult> = fc
  .record({
    outcome: fc.constantFrom(...OUTCOMES),
    taskType: fc.oneof(fc.constantFrom('import_api', 'export_api'), nasty),
    label: optionally(nasty),
    profile: nasty,
    summary: fc.record({
      created: count,
      updated: count,
      failed: count,
      group_id: optionally(nasty),
      file_name: optionally(nasty),
      size_bytes: count,
    }),
    failures: fc.array(failure, { maxLength: 12 }),
    error: optionally(fc.record({ code: nasty, message: nasty, requestId: optionally(nasty) })),
  })
  .map(({ failures, ...changes }) =>
    makeResult({ ...changes, result: { kind: 'import', success: [], failure: failures } } as Partial<TaskResult>),
  );
const publicUrl = fc.constantFrom(
  undefined,
  'https://tasks.example.com',
  `https://tasks.example.com/?a=<|>&b=${'c'.repeat(2_900)}`,
);
const published = fc.tuple(result, publicUrl).map(([it, url]) => toTaskEvent(it, { publicUrl: url }));
// Whoever may write to the queue could send this: nothing that the schema of the queue's records calls text is as it should be.
const foreign = fc
  .record(
    { task_id: nasty, instance_id: nasty, project_id: nasty, registered_at: nasty, result_url: nasty, time: nasty },
    { requiredKeys: [] },
  )
  .chain(({ time, ...data }) =>
    published.map((it) => ({ ...it, ...(time === undefined ? {} : { time }), data: { ...it.data, ...data } })),
  );
const event: fc.Arbitrary<TaskEvent> = fc.oneof(published, foreign);
const mention = fc.constantFrom(undefined, '<!here>', '<@U012AB3CD>', '<!subteam^S012AB3CD>');

describe('Slack limits', () => {
  it('hold for a message of any event', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(event, mention, (it, who) => {
        expect(findViolations(renderSlackMessage(it, who))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('hold for what a channel is sent for any batch', { timeout: 120_000 }, () => {
    const items = fc.array(fc.record({ event, mention }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(items, (batch) => {
        const posts = renderSlackPosts(batch);
        expect(posts.flatMap(({ message }) => findViolations(message))).toEqual([]);
        expect(new Set(posts.flatMap((post) => post.items))).toEqual(new Set(batch));
        expect(posts.flatMap((post) => post.items)).toHaveLength(batch.length);
      }),
      { numRuns: 75 },
    );
  });

  it('hold for the 13,200 characters at which Slack itself gives up', () => {
    const failures = Array.from({ length: 20 }, (_, index) => ({
      method: 'POST',
      path: `/${index}/${'&'.repeat(13_200)}`,
      error_msg: '<'.repeat(13_200),
    }));
    const message = renderSlackMessage(
      makeEvent({ ...PARTIAL, label: '"'.repeat(13_200), result: { kind: 'import', success: [], failure: failures } }),
      '<!here>',
    );
    expect(findViolations(message)).toEqual([]);
    expect(JSON.stringify(message)).toContain('*What failed* (first ');
    expect(JSON.stringify(message)).not.toContain('(first 0 ');
  });

  it('are seen by the validator when a message breaks them', () => {
    const text = (length: number) => ({ type: 'mrkdwn' as const, text: 'x'.repeat(length), verbatim: true });
    const broken = [
      [{ type: 'section' as const, text: text(3_001) }],
      [{ type: 'section' as const, fields: Array.from({ length: 11 }, () => text(1)) }],
      [{ type: 'section' as const, fields: [text(2_001)] }],
      [{ type: 'section' as const }],
      [{ type: 'header' as const, text: { type: 'plain_text' as const, text: 'x'.repeat(151) } }],
      Array.from({ length: 51 }, () => ({ type: 'section' as const, text: text(1) })),
      Array.from({ length: 5 }, () => ({ type: 'section' as const, text: text(2_900) })),
      ...['<', '&', '&am', '&lt', '\ud83d', '<!everybody>', '<https://x|'].map((bad) => [
        { type: 'section' as const, text: { ...text(0), text: bad } },
      ]),
    ];
    for (const blocks of broken) expect(findViolations({ text: 'x', blocks })).not.toEqual([]);
  });
});

describe('Slack text', () => {
  it('is escaped before it is cut, and never cut inside an entity or a pair', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 6, max: 300 }), (text, max) => {
        const escaped = escapeSlack(text);
        const cut = cutEscaped(escaped, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
        expect(escaped.startsWith(cut.replace(/…$/, '')) || escaped === cut).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is given whole when it fits', () => {
    expect(plain('a < b && c > d', 100)).toBe('a &lt; b &amp;&amp; c &gt; d');
    expect(plain('&&', 10)).toBe('&amp;&amp;');
    expect(plain('&&', 9)).toBe('&amp;…');
    expect(plain('a&b', 6)).toBe('a…');
    expect(plain('ab😀cd', 4)).toBe('ab…');
  });

  it('keeps a path a path', () => {
    expect(code('/a/*/b_c', 50)).toBe('`/a/*/b_c`');
    expect(code('a`b\nc', 50)).toBe('`aˋb c`');
    expect(code('', 50)).toBe('–');
  });

  it('links only to web addresses that fit', () => {
    expect(link('https://x.example/a?b=1&c=|', 'task', 100)).toBe('<https://x.example/a?b=1&amp;c=%7C|task>');
    expect(link('/tasks/1', 'task', 100)).toBeUndefined();
    expect(link('javascript:alert(1)', 'task', 100)).toBeUndefined();
    expect(link(`https://x.example/${'a'.repeat(100)}`, 'task', 100)).toBeUndefined();
  });
});
