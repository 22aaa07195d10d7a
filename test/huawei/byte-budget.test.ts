import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBytesOf, createByteBudget } from '../../functions/huawei/transport.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a byte budget', () => {
  it('lets answers wait until there is memory for them, in order', async () => {
    const budget = createByteBudget(100);
    const order: string[] = [];
    const take = (name: string, bytes: number) => {
      const allowance = budget.open();
      void allowance.take(bytes).then(() => order.push(name));
      return allowance;
    };
    const [a, b] = [take('a', 60), take('b', 60)];
    take('c', 10);
    await turn();
    expect(order).toEqual(['a']);
    a.release();
    await turn();
    expect(order).toEqual(['a', 'b', 'c']);
    b.release();
    take('larger than all there is', 1_000);
    await turn();
    expect(order).toHaveLength(3);
  });

  it('skips a share that is released while it waits', async () => {
    const budget = createByteBudget(100);
    const order: string[] = [];
    const [first, second, third] = [budget.open(), budget.open(), budget.open()];
    await first.take(100);
    void second.take(100).then(() => order.push('second'));
    void third.take(100).then(() => order.push('third'));
    second.release();
    first.release();
    await turn();
    expect(order).toEqual(['third']);
  });

  it('never gives more than there is, and serves every share in the end', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, async (wanted) => {
        const budget = createByteBudget(100);
        let held = 0;
        let done = 0;
        const use = async (bytes: number) => {
          const allowance = budget.open();
          await allowance.take(bytes);
          held += Math.min(bytes, 100);
          expect(held).toBeLessThanOrEqual(100);
          await turn();
          held -= Math.min(bytes, 100);
          allowance.release();
          done += 1;
        };
        await Promise.all(wanted.map(use));
        expect(done).toBe(wanted.length);
      }),
      { numRuns: 50 },
    );
  });

  it('is what the memory of a function leaves for answers', () => {
    expect(Math.round(answerBytesOf(512) / 2 ** 20)).toBe(45);
    expect(Math.round(answerBytesOf(128) / 2 ** 20)).toBe(2);
    expect(answerBytesOf(64)).toBe(2 ** 20);
    const wholeMb = fc.integer({ min: 64, max: 10_240 });
    fc.assert(fc.property(wholeMb, (mb) => Number.isInteger(answerBytesOf(mb))));
  });
});
