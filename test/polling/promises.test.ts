import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../functions/tasks/observation.ts';
import { faultObservation, pendingTask, processing, START_MS, succeeded } from '../support/fixtures.ts';
import { many, profileOf, startLife } from './poller-life.ts';

const refused = faultObservation('unauthenticated');

afterEach(() => vi.restoreAllMocks());

describe('the rate of a profile', () => {
  it('is divided by the shards, because all of them poll at once', async () => {
    const { requestsAt, runMinutes } = startLife({
      tasks: many(4_000),
      answer: () => processing,
      profiles: () => ({ default: profileOf(40) }),
      shards: 4,
    });
    await runMinutes(0, 1);
    const perSecond = requestsAt().length / 60;
    expect(perSecond).toBeLessThan(11);
    expect(perSecond).toBeGreaterThan(7);
  });

  it('follows the secret at the next run, without a restart', async () => {
    let limit = 2;
    const { requestsAt, runMinutes } = startLife({
      tasks: many(3_000),
      answer: () => processing,
      profiles: () => ({ default: profileOf(limit) }),
    });
    await runMinutes(0, 1);
    const before = requestsAt().length;
    limit = 20;
    await runMinutes(1, 2);
    expect(before).toBeLessThan(2.2 * 60);
    expect(requestsAt().length - before).toBeGreaterThan(8 * 60);
  });

  it('pauses for five minutes at most, whatever Retry-After says', async () => {
    // A profile without turns polls a share of its tasks by chance: here it is always this one.
    vi.spyOn(Math, 'random').mockReturnValue(0);
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

describe('a window that begins while the first request of a profile is under way', () => {
  it('waits for what that one learns, because a row of bad signatures would lock the key', async () => {
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
    const second = async () => {
      await clock.sleep(5_000);
      await pending.register(pendingTask({ taskId: 'late' }));
      await runMinutes(0, 1);
    };
    await Promise.all([runMinutes(0, 1), second()]);
    expect(most).toBe(1);
  });
});
