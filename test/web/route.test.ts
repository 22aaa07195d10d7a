import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OUTCOMES } from '../../functions/names.ts';
import { addressOf, filterParameters, parseView, type View } from '../../web/page/route.ts';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const filter = fc
  .record(
    {
      outcomes: fc.subarray([...OUTCOMES]),
      state: fc.constant('final' as const),
      ...{ label: text, since: text, instance_id: text, profile: text, task_type: text, group_id: text, cursor: text },
    },
    { requiredKeys: ['outcomes'] },
  )
  .map((one) => one as Extract<View, { name: 'list' }>['filter']);
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const view: fc.Arbitrary<View> = fc.oneof(
  fc.constant<View>({ name: 'overview' }),
  fc.record({ name: fc.constant('start' as const), group: text }, { requiredKeys: ['name'] }),
  id.map((one): View => ({ name: 'task', id: one })),
  filter.map((one): View => ({ name: 'list', filter: one })),
  fc.record({ name: fc.constant('history' as const), since: text, label: text }, { requiredKeys: ['name', 'since'] }),
);

it('finds every view again at its address', () => {
  fc.assert(
    fc.property(view, (one) => {
      expect(parseView(new URL(addressOf(one), 'http://x/').hash)).toEqual(one);
    }),
  );
});

it('takes any address without throwing, and asks the API for nothing that it refuses by name', () => {
  const known = ['state', 'outcome', 'label', 'since', 'instance_id', 'profile', 'task_type', 'group_id', 'cursor'];
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (anything, isList) => {
      const found = parseView(isList ? `#/tasks?${anything}` : `#${anything}`);
      if (found.name === 'list')
        expect(known).toEqual(expect.arrayContaining([...filterParameters(found.filter).keys()]));
    }),
  );
});

it.each([
  ['#%E0%A4%A', { name: 'task', id: '%E0%A4%A' }],
  ['#/tasks?outcome=failed,won&colour=red', { name: 'list', filter: { outcomes: ['failed'] } }],
  ['#/tasks?state=pending&outcome=failed', { name: 'list', filter: { outcomes: ['failed'] } }],
  ['#/tasks?state=pending', { name: 'list', filter: { state: 'pending', outcomes: [] } }],
  ['#/history', { name: 'history', since: '7d' }],
])('reads %s', (hash, expected) => {
  expect(parseView(hash)).toEqual(expected);
});
