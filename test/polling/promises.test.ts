import { describe, expect, it } from 'vitest';
import { AWAKE_MS, holdShard } from '../../functions/polling/hold-shard.ts';
import type { Sweep } from '../../functions/polling/sweep.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import { faultObservation, pendingTask, processing, START_MS, succeeded } from '../support/fixtures.ts';
import { many, profileOf, startLife } from './poller-life.ts';

const refused = faultObservation('unauthenticated');

/** Requests a second between two moments, in seconds since the start. */
const rateOf = (requestsAt: number[], from: number, to: number) =>
  requestsAt.filter((second) => second >= from && second < to).length / (to - from);

describe('the rate of a profile', () => {
  it('is divided by the shards, because all of them poll at once', async () => {
    const { requestsAt, runMinutes } = startLife({
      tasks: many(4_000),
      answer: () => processing,
      profiles: () => ({ default: profileOf(40) }),
      shards: 4,
    });
    await runMinutes(0, 1);
    expect(rateOf(requestsAt(), 0, 50)).toBeCloseTo((0.8 * 40) / 4, 0);
  });

  it('holds across runs that follow each other', async () => {
    const { requestsAt, runMinutes } = startLife({
      tasks: many(4_000),
      answer: () => processing,
      profiles: () => ({ default: profileOf(10) }),
    });
    await runMinutes(0, 3);
    for (let second = 0; second < 170; second += 1) {
      expect(rateOf(requestsAt(), second, second + 1)).toBeLessThanOrEqual(9);
    }
    // And between two runs little of it is lost.
    expect(rateOf(requestsAt(), 0, 170)).toBeGreaterThan(7);
  });

  it('follows the secret at the next run, without a restart', async () => {
    let limit = 5;
    const { clock, requestsAt, runMinutes } = startLife({
      tasks: many(1_000),
      answer: () => processing,
      profiles: () => ({ default: profileOf(limit) }),
    });
    const change = async () => {
      await clock.sleep(30_000);
      limit = 20;
    };
    await Promise.all([runMinutes(0, 2), change()]);
    expect(rateOf(requestsAt(), 0, 50)).toBeCloseTo(4, 0);
    expect(rateOf(requestsAt(), 65, 105)).toBeCloseTo(16, 0);
  });

  it('pauses for five minutes at most, whatever Retry-After says', async () => {
    const { requestsAt, runMinutes } = startLife({
      tasks: [pendingTask()],
      answer: () => faultObservation('throttled', 3_600_000),
    });
    await runMinutes(0, 8);
    const [first = Number.NaN, second = Number.NaN] = requestsAt();
    expect(second - first).toBeGreaterThanOrEqual(300);
    expect(second - first).toBeLessThan(390);
  });
});

describe('a server that drips its answer', () => {
  it('cannot hold a run past its few seconds of grace', async () => {
    const { clock, runMinutes } = startLife({
      tasks: [pendingTask()],
      answer: (_, __, { signal }) =>
        new Promise<Observation>((resolve) => {
          signal?.addEventListener('abort', () => resolve(faultObservation('transient')));
        }),
    });
    await runMinutes(0, 1);
    expect(clock.now() - START_MS).toBeLessThanOrEqual(70_000);
  });
});

describe('a refused profile', () => {
  it('rests no longer because of faults that come in later', async () => {
    let slowId: string | undefined;
    const { clock, requestsAt, runMinutes } = startLife({
      tasks: many(40),
      async answer(task, ageMs) {
        if (ageMs < 30_000) return processing;
        slowId ??= task.taskId;
        if (task.taskId === slowId) await clock.sleep(14_000);
        return refused;
      },
    });
    await runMinutes(0, 7);
    // The first one is slow, and others are in flight with the one that is refused at once.
    const [, refusedAt = Number.NaN] = requestsAt().filter((second) => second >= 30);
    const again = requestsAt().find((second) => second > refusedAt + 1) ?? Number.NaN;
    expect(again - refusedAt).toBeGreaterThanOrEqual(300);
    expect(again - refusedAt).toBeLessThan(308);
  });

  it('writes one line, not one a task', async () => {
    const { lines, alerts, requestsAt, runMinutes } = startLife({ tasks: many(200), answer: () => refused });
    await runMinutes(0, 2);
    expect(requestsAt()).toHaveLength(1);
    expect(lines.filter(({ message }) => message === 'poll failed')).toHaveLength(1);
    expect(alerts).toHaveLength(1);
  });
});

describe('the delay of a notification', () => {
  it('counts from when Huawei last said that the task goes on', async () => {
    const heardMs: number[] = [];
    const { clock, metrics, results, runMinutes } = startLife({
      tasks: [pendingTask()],
      async answer() {
        await clock.sleep(2_500);
        if (heardMs.length === 3) return succeeded;
        heardMs.push(clock.now());
        return processing;
      },
    });
    await runMinutes(0, 1);
    const { completedAtMs = 0 } = results.rows.get(pendingTask().taskId) ?? {};
    expect(metrics.sums.DetectionDelaySeconds).toBe((completedAtMs - (heardMs.at(-1) ?? 0)) / 1_000);
  });
});

describe('the first request of a profile', () => {
  it('goes alone, because a row of bad signatures would lock the key', async () => {
    let inFlight = 0;
    let most = 0;
    const { clock, pending, runMinutes } = startLife({
      tasks: many(20),
      async answer() {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await clock.sleep(20_000);
        inFlight -= 1;
        return refused;
      },
    });
    const late = async () => {
      await clock.sleep(5_000);
      await pending.register(pendingTask({ taskId: 'late', registeredAtMs: clock.now() }));
    };
    await Promise.all([runMinutes(0, 1), late()]);
    expect(most).toBe(1);
  });
});

describe('a trigger of another number of shards', () => {
  it('ends, so that a chain of wakes from before a deployment does not poll beside the new shards', async () => {
    const { requestsAt, runs, wakes, trigger } = startLife({ tasks: many(3), answer: () => processing, shards: 2 });
    await trigger({ shard: { segment: 0, totalSegments: 1 }, dueMs: START_MS + 1_000 });
    await trigger({ shard: { segment: 0, totalSegments: 1 } });
    expect(runs).toEqual([{ kind: 'stale' }, { kind: 'stale' }]);
    expect([requestsAt(), wakes]).toEqual([[], []]);
  });
});

describe('scans', () => {
  /** From the start of one scan to the next in a minute, with so many tasks whose polls never end. */
  async function gapsWith(rows: number, tookMs: (scan: number) => number): Promise<number[]> {
    const life = startLife({
      tasks: many(rows, { registeredAtMs: START_MS - 600_000 }),
      answer: async () => {
        await life.clock.sleep(58_000);
        return processing;
      },
    });
    const { scan } = life.pending;
    const startsAt: number[] = [];
    life.pending.scan = async function* (shard) {
      startsAt.push(life.clock.now());
      await life.clock.sleep(tookMs(startsAt.length));
      yield* scan(shard);
    };
    await life.runMinutes(0, 1);
    const inOneRun = startsAt.filter((atMs) => atMs < START_MS + 50_000);
    return inOneRun.slice(1).map((atMs, i) => atMs - (inOneRun[i] ?? 0));
  }

  it('come less often in a long shard', async () => {
    const gaps = await gapsWith(5_000, () => 10);
    expect(gaps.length).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_500);
  });

  it('come each second in a short one, also after one that was slow', async () => {
    const gaps = await gapsWith(3, (scan) => (scan === 1 ? 800 : 10));
    expect(gaps.length).toBeGreaterThan(30);
    expect(Math.max(...gaps)).toBeLessThan(2_000);
  });

  it('are not put off by the profile that has more due than its rate allows', async () => {
    const { polls, runMinutes, pending, clock } = startLife({
      tasks: many(800, { registeredAtMs: START_MS - 600_000 }),
      profiles: () => ({ default: profileOf(1), other: profileOf(10) }),
      answer: () => processing,
    });
    const register = async () => {
      await clock.sleep(20_000);
      const task = pendingTask({ taskId: 'of-other', profile: 'other', registeredAtMs: clock.now() });
      await pending.register(task);
    };
    await Promise.all([runMinutes(0, 1), register()]);
    expect(polls['of-other']?.[0]).toBeLessThan(24);
  });
});

describe('a promise to stay awake', () => {
  it('is kept by a scan a second, however long the shard is by now', async () => {
    const { clock } = startLife({ answer: () => processing });
    const startMs = clock.now();
    const scansAt: number[] = [];
    const sweep = {
      ...{ counts: { polled: 0, pending: 20_000 }, nextDueMs: Number.POSITIVE_INFINITY, isIdle: () => true },
      scan: async () => scansAt.push(clock.now() - startMs) > 0,
      ...{ settledUntilMs: (coveredMs: number) => coveredMs, asked: () => ({}), finish: async () => {} },
    } as unknown as Sweep;
    const lease = {
      ...{ coveredUntilMs: 0, awakeUntilMs: startMs + AWAKE_MS, asked: {} },
      ...{ mayPoll: () => true, keep() {}, release: async () => {} },
    };
    await holdShard({ clock, lease, sweep, totalShards: 1 }, startMs + 55_000, new AbortController().signal);
    expect(scansAt).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  });
});
