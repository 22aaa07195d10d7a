import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../../functions/core/lanes.ts';

/** A job that says when it starts and ends when it is told to. */
function createJobs() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (name: string) => async () => {
    started.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    ends.get(name)?.();
    await settled();
  };
  return { started, job, end };
}

describe('lanes', () => {
  it('start the jobs of a lane in order, so many at once', async () => {
    const { started, job, end } = createJobs();
    const lanes = createLanes({ concurrency: 2, waiting: 10 });
    for (const name of ['a1', 'a2', 'a3', 'a4']) await lanes.add('a', job(name));
    expect(started).toEqual(['a1', 'a2']);
    await end('a2');
    expect(started).toEqual(['a1', 'a2', 'a3']);
  });

  it('have a place for another lane while one is stuck', async () => {
    const { started, job } = createJobs();
    const lanes = createLanes({ concurrency: 2, waiting: 10 });
    for (let i = 0; i < 9; i += 1) await lanes.add('stuck', job(`stuck${i}`));
    await lanes.add('b', job('b1'));
    expect(started).toEqual(['stuck0', 'stuck1', 'b1']);
  });

  it('accept nothing more while too many wait', async () => {
    const { job, end } = createJobs();
    const lanes = createLanes({ concurrency: 1, waiting: 1 });
    await lanes.add('a', job('a1'));
    await lanes.add('a', job('a2'));
    let accepted = false;
    const third = Promise.resolve(lanes.add('a', job('a3'))).then(() => {
      accepted = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted).toBe(false);
    await end('a1');
    await third;
    expect(accepted).toBe(true);
  });

  it('run every job once, never more than they may, and drain, whatever is added', async () => {
    const jobs = fc.array(fc.record({ lane: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(5) }), { maxLength: 60 });
    await fc.assert(fc.asyncProperty(jobs, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }), runAll), {
      numRuns: 100,
    });
  });
});

async function runAll(jobs: { lane: string; turns: number }[], concurrency: number, waiting: number) {
  const lanes = createLanes({ concurrency, waiting });
  const running = new Map<string, number>();
  const done: number[] = [];
  for (const [i, { lane, turns }] of jobs.entries()) {
    await lanes.add(lane, async () => {
      running.set(lane, (running.get(lane) ?? 0) + 1);
      expect(running.get(lane)).toBeLessThanOrEqual(concurrency);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      running.set(lane, (running.get(lane) ?? 0) - 1);
      done.push(i);
    });
  }
  await lanes.drained();
  expect(done.toSorted((a, b) => a - b)).toEqual(jobs.map((_, i) => i));
}
