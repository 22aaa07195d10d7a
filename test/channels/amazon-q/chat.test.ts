import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatMessage, composeChat, toChatMessage } from '../../../functions/channels/amazon-q/message.ts';
import { toNotice } from '../../../functions/messages/task-event.ts';
import type { TaskResult } from '../../../functions/tasks/result.ts';
import { burst, failedImport, goodExport, partialImport } from '../../../generate/sample-results.ts';
import { arbitraryResult } from '../../messages/arbitrary-result.ts';

const schemaFile = new URL('../../fixtures/amazon-q-custom-notification.schema.json', import.meta.url);
const validate = new Ajv2020().compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
const publicUrl = 'https://tasks.example.com';

const chatOf = (result: TaskResult, options = {}): ChatMessage => toChatMessage(toNotice(result, options));
const chatsOf = (results: TaskResult[], options = {}) => composeChat(results.map((one) => toNotice(one, options)));

function expectValid(message: unknown): void {
  const json = JSON.stringify(message);
  expect(validate(JSON.parse(json)) ? [] : validate.errors).toEqual([]);
  expect(json).not.toMatch(/\\ud[89a-f]|[\ufffe\uffff]/i);
}

describe('toChatMessage', () => {
  it('follows the schema of custom notifications', () => {
    for (const result of burst) expectValid(chatOf(result, { publicUrl }));
  });

  it('stands in the thread of its task and names what it is about', () => {
    const { metadata, id } = chatOf(partialImport, { publicUrl });
    expect(id).toBe(`${partialImport.taskId}:partially_succeeded`);
    expect(metadata).toMatchObject({ threadId: partialImport.taskId, eventType: 'apig.task.partially_succeeded' });
    expect(metadata.relatedResources).toEqual([
      `APIG gateway ${partialImport.instanceId}`,
      'APIG group orders (9100ae30f3f94a0d8b1d6a0b1ad4b5e6)',
      `APIG task ${partialImport.taskId}`,
    ]);
  });

  it('says what to do next about a failure, and nothing about a success', () => {
    const { nextSteps } = chatOf(failedImport, { publicUrl }).content;
    expect(nextSteps?.at(-1)).toBe(`Open ${publicUrl}/tasks/${failedImport.taskId}`);
    expect(nextSteps).toHaveLength(2);
    expect(chatOf(goodExport).content).not.toHaveProperty('nextSteps');
  });

  it('names the call that watches a task again whose end is not known', () => {
    for (const outcome of ['expired', 'not_found', 'rejected'] as const) {
      const { nextSteps } = chatOf({ ...failedImport, outcome }, { publicUrl }).content;
      expect(nextSteps?.join(' ')).toContain(
        `To watch it again, send POST ${publicUrl}/tasks/${failedImport.taskId}/watch`,
      );
    }
  });

  it('lists the first failures and says how many there are', () => {
    const failure = Array.from({ length: 7 }, () => ({ method: 'GET', path: '/a', error_code: 'X', error_msg: 'y' }));
    const { description } = chatOf({
      ...partialImport,
      summary: { failed: 7 },
      result: { kind: 'import', success: [], failure },
    }).content;
    expect(description.split('• `GET /a` X: y')).toHaveLength(6);
    expect(description).toContain('and 2 more failed APIs');
  });

  it('takes the markup out of other people’s words', () => {
    const message = '<!channel> <https://evil.example|click> `x` *y* @here';
    const { description } = chatOf({ ...failedImport, label: '<!here>', error: { code: 'X', message } }).content;
    expect(description).not.toMatch(/[<>@]/);
    expect(description).toContain("‹!channel› ‹https://evil.example|click› 'x' ∗y∗ ＠here");
  });

  it('holds the schema, whatever the result', () => {
    fc.assert(
      fc.property(arbitraryResult, (result) => expectValid(chatOf(result, { publicUrl }))),
      { numRuns: 200 },
    );
  }, 120_000);
});

describe('composeChat', () => {
  it('writes one message a result up to five', () => {
    expect(chatsOf(burst.slice(0, 5))).toHaveLength(5);
  });

  it('writes a list for a burst, what did not succeed first', () => {
    const notes = chatsOf(burst);
    expect(notes).toHaveLength(1);
    expectValid(notes[0]?.message);
    expect(notes[0]?.message.content.title).toBe(
      'APIG: 8 tasks ended: 1 failed, 1 partially succeeded, 1 expired, 5 succeeded',
    );
    expect(notes[0]?.message.content.description.split('\n')[0]).toMatch(/^❌ APIG import failed: APIG.3201/);
    expect(notes[0]?.message.metadata.eventType).toBe('apig.tasks.digest.attention');
  });

  it('tells about every result once, within the schema, whatever the round', () => {
    const round = fc.oneof(
      fc.array(arbitraryResult, { maxLength: 30 }),
      fc
        .tuple(arbitraryResult, fc.integer({ min: 6, max: 60 }))
        .map(([one, count]) => Array.from({ length: count }, (): TaskResult => one)),
    );
    fc.assert(
      fc.property(round, (results) => {
        const notes = chatsOf(results, { publicUrl });
        expect(notes.flatMap(({ taskIds }) => taskIds).toSorted()).toEqual(
          results.map(({ taskId }) => taskId).toSorted(),
        );
        for (const { message } of notes) expectValid(message);
      }),
      { numRuns: 50, endOnFailure: true },
    );
  }, 120_000);
});
