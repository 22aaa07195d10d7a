import { expect, it } from 'vitest';
import type { ListedTask } from '../../web/page/api.ts';
import { countWaiting, type Placed, renew } from '../../web/page/placed.ts';

const place = (id: string, section: string, state = 'pending'): Placed => ({
  task: { task_id: id, state } as ListedTask,
  section,
});
const shown = [place('a', 'Running'), place('b', 'Running'), place('gone', 'Running')];
const fresh = [place('new', 'Failed', 'final'), place('b', 'Failed', 'final'), place('a', 'Running')];

it('renews rows in their places, and leaves one that is not listed any more', () => {
  expect(renew(shown, fresh)).toEqual([shown[0], place('b', 'Running', 'final'), shown[2]]);
});

it('counts what is new, and what stands in another section', () => {
  expect(countWaiting(shown, fresh)).toBe(2);
  expect(countWaiting(fresh, fresh)).toBe(0);
});
