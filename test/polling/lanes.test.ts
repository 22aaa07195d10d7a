import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../../functions/polling/lanes.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lanes whose items are names: each says when it starts, and ends when it is told to. */
function createNamed(concurrency: number) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const run = async (name: string) => {
    started.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await settled();
  };
  return { started, end, lanes: createLanes({ concurrency, run }) };
}

describe('lanes', () => {
  it('start the items of a lane in order, so many at once', async () => {
    const { started, lanes, end } = createNamed(2);
    for (const name of ['a1', 'a2', 'a3', 'a4']) lanes.add('a', name);
    expect(started).toEqual(['a1', 'a2']);
    expect([lanes.waiting(), lanes.isFull('a'), lanes.isFull('b')]).toEqual([2, true, false]);
    await end('a2');
    expect(started).toEqual(['a1', 'a2', 'a3']);
  });

  it('have a place for another lane while one is stuck', () => {
    const { started, lanes } = createNamed(2);
    for (let i = 0; i < 9; i += 1) lanes.add('stuck', `stuck${i}`);
    lanes.add('b', 'b1');
    expect(started).toEqual(['stuck0', 'stuck1', 'b1']);
  });

  it('say when few enough wait', async () => {
    const { lanes, end } = createNamed(1);
    for (const name of ['a1', 'a2', 'a3']) lanes.add('a', name);
    let isTold = false;
    void lanes.whenWaiting(1).then(() => {
      isTold = true;
    });
    await settled();
    expect(isTold).toBe(false);
    await end('a1');
    expect(isTold).toBe(true);
  });

  it('give back what waits, and go on with what runs', async () => {
    const { started, lanes, end } = createNamed(1);
    for (const name of ['a1', 'a2', 'a3']) lanes.add('a', name);
    expect(lanes.withdraw()).toEqual(['a2', 'a3']);
    await lanes.whenWaiting(0);
    lanes.add('a', 'a4');
    await end('a1');
    expect(started).toEqual(['a1', 'a4']);
  });

  it('run or give back every item once, and never more at once than they may, whatever is added', async () => {
    const item = fc.record({ lane: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(5), withdraw: fc.boolean() });
    const items = fc.array(item, { maxLength: 60 });
    await fc.assert(fc.asyncProperty(items, fc.integer({ min: 1, max: 5 }), runAll));
  });
});

type Item = { lane: string; turns: number; withdraw: boolean };

async function runAll(items: Item[], concurrency: number) {
  const running = new Map<string, number>();
  let most = 0;
  const done: Item[] = [];
  const lanes = createLanes<Item>({
    concurrency,
    async run(item) {
      running.set(item.lane, (running.get(item.lane) ?? 0) + 1);
      most = Math.max(most, running.get(item.lane) ?? 0);
      for (let turn = 0; turn < item.turns; turn += 1) await Promise.resolve();
      running.set(item.lane, (running.get(item.lane) ?? 0) - 1);
      done.push(item);
    },
  });
  for (const item of items) {
    lanes.add(item.lane, item);
    if (item.turns === 0) await Promise.resolve();
    if (item.withdraw) done.push(...lanes.withdraw());
  }
  await lanes.whenWaiting(0);
  await settled();
  expect(most).toBeLessThanOrEqual(concurrency);
  expect(new Set(done)).toEqual(new Set(items));
  expect(done).toHaveLength(items.length);
}
