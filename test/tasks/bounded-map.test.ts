import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBoundedMap } from '../../functions/tasks/bounded-map.ts';

const key = fc.integer({ min: 0, max: 30 }).map(String);
const steps = fc.array(fc.record({ key, remove: fc.boolean() }), { maxLength: 200 });

it('a bounded map never holds more than its capacity, and always the newest half of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), steps, (capacity, taken) => {
      const map = createBoundedMap<number>(capacity);
      // What was set and not removed since, oldest first.
      const newest = new Map<string, number>();
      for (const [step, { key, remove }] of taken.entries()) {
        newest.delete(key);
        if (remove) map.delete(key);
        else map.set(key, step);
        if (!remove) newest.set(key, step);
        const held = Array.from({ length: 31 }, (_, i) => map.get(String(i))).filter((value) => value !== undefined);
        expect(held.length).toBeLessThanOrEqual(2 * Math.ceil(capacity / 2));
        expect(map.isEmpty()).toBe(held.length === 0);
        for (const [kept, value] of [...newest].slice(-Math.ceil(capacity / 2))) expect(map.get(kept)).toBe(value);
        for (const value of held) expect([...newest.values()]).toContain(value);
      }
    }),
  );
});
