import { expect, it } from 'vitest';
import type { Channel, Item } from '../../functions/channels/channel.ts';
import { deliver } from '../../functions/channels/deliver.ts';
import { toTaskEvent } from '../../functions/messages/task-event.ts';
import { aResult } from '../contract/samples.ts';
import { createFakeClock } from '../support/fixtures.ts';

it('delivers the others when one item cannot be rendered, and says which that is', async () => {
  const items: Item[] = ['a', 'bad', 'c'].map((taskId) => ({
    event: toTaskEvent(aResult({ taskId }), {}),
    body: '{}',
  }));
  const posted: unknown[] = [];
  const channel: Channel = {
    ...{ kind: 'slack', name: 'ops', title: 'Slack channel ops' },
    render: (batch) => {
      const ids = batch.map(({ event }) => event.data.task_id);
      if (ids.includes('bad')) throw new RangeError('Maximum call stack size exceeded');
      return [{ message: ids, items: batch }];
    },
    async post(message) {
      posted.push(message);
      return { kind: 'delivered', httpStatus: 200 };
    },
  };
  const sent = await deliver(channel, items, { clock: createFakeClock(), remainingMs: () => 60_000 });
  expect(posted).toEqual([['a'], ['c']]);
  expect(sent.map(({ item, answer }) => [item.event.data.task_id, answer.kind])).toEqual([
    ['bad', 'refused'],
    ['a', 'delivered'],
    ['c', 'delivered'],
  ]);
});
