import { expect, it } from 'vitest';
import { readTrigger } from '../../functions/runtime/poll-tasks.ts';

const SHARD = { segment: 1, totalSegments: 2 };
const messages = (...bodies: string[]) => ({ Records: bodies.map((body) => ({ messageId: 'm', body })) });

it('reads what a schedule, or a person, calls the poller with', () => {
  expect(readTrigger(SHARD)).toEqual({ shard: SHARD });
});

it('reads the wake of a message', () => {
  expect(readTrigger(messages(JSON.stringify({ ...SHARD, dueMs: 7 })))).toEqual({ shard: SHARD, dueMs: 7 });
});

it.each([
  ['no event', undefined],
  ['a segment below zero', { segment: -1, totalSegments: 1 }],
  ['several messages at once', messages(JSON.stringify({ ...SHARD, dueMs: 7 }), '{}')],
  ['a message that is no JSON', messages('wake up')],
  ['a message without a point', messages(JSON.stringify(SHARD))],
])('throws for %s', (_, event) => {
  expect(() => readTrigger(event)).toThrow();
});
