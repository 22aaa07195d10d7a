import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPollWindow, type WindowRequest } from '../../functions/polling/poll-window.ts';
import { emptyReport, type SweepReport, type SweepSpan } from '../../functions/polling/sweep.ts';
import { DEFAULT_SCHEDULE, nextPollAt } from '../../functions/schedule/schedule.ts';
import { createFakeClock, createMetricSums, pendingTask, START_MS, silentLog } from '../support/fixtures.ts';

const MINUTE_MS = 60_000;
const segment = { segment: 0, totalSegments: 1 };

function setUp(sweep: (span: SweepSpan) => Partial<SweepReport>, startMs = START_MS) {
  const clock = createFakeClock(startMs);
  const spans: SweepSpan[] = [];
  const metrics = createMetricSums();
  const cover = createPollWindow({
    beginWindow() {},
    clock,
    metrics,
    log: silentLog,
    windowMs: MINUTE_MS,
    minSweepGapMs: 1_000,
  });
  const pollWindow = (request: WindowRequest) =>
    cover(request, {
      async sweep(span) {
        spans.push(span);
        return { ...emptyReport(), ...sweep(span) };
      },
      async finish() {},
    });
  return { clock, spans, metrics, pollWindow };
}

describe('a poll window', () => {
  it('returns after one sweep when nothing is pending', async () => {
    const { clock, spans, metrics, pollWindow } = setUp(() => ({}));
    await pollWindow({ segment, stopAtMs: START_MS + MINUTE_MS });
    expect(spans).toHaveLength(1);
    expect(clock.slept).toEqual([]);
    expect(metrics.sums).toMatchObject({ SweepCompleted: 1, PendingTasks: 0 });
  });

  it('sleeps until the next point and sweeps again, at least a second later', async () => {
    const { clock, pollWindow } = setUp(({ nowMs }) => ({ nextDueMs: nowMs + 20_500 }));
    await pollWindow({ segment, stopAtMs: START_MS + 2 * MINUTE_MS });
    expect(clock.slept).toEqual([20_500, 20_500]);
    const eager = setUp(({ nowMs }) => ({ nextDueMs: nowMs + 1 }));
    await eager.pollWindow({ segment, stopAtMs: START_MS + 2 * MINUTE_MS });
    expect(eager.spans.length).toBeLessThanOrEqual(61);
  });

  it('reads a table of 200,000 tasks every 20 s at most, for each sweep costs what the table is long', async () => {
    const { spans, pollWindow } = setUp(({ nowMs }) => ({ pending: 200_000, nextDueMs: nowMs + 1 }));
    await pollWindow({ segment, stopAtMs: START_MS + 2 * MINUTE_MS });
    expect(spans.map(({ nowMs }) => nowMs - START_MS)).toEqual([0, 20_000, 40_000, 59_999]);
  });

  it('stops in time', async () => {
    const { clock, pollWindow } = setUp(({ nowMs }) => ({ nextDueMs: nowMs + 4_000 }));
    await pollWindow({ segment, stopAtMs: START_MS + 10_000 });
    expect(clock.now()).toBeLessThanOrEqual(START_MS + 10_000);
  });

  it('covers each point of consecutive minutes exactly once, whenever they begin and however late it is called', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 59_999 }),
        fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 3, maxLength: 6 }),
        fc.array(fc.tuple(fc.uuid(), fc.integer({ min: -3_600_000, max: -1 })), { minLength: 1, maxLength: 5 }),
        async (offsetMs, lateness, ids) => {
          const firstMs = START_MS + offsetMs;
          const tasks = ids.map(([taskId, ageMs]) => pendingTask({ taskId, registeredAtMs: START_MS + ageMs }));
          const covered: [number, number][] = [];
          const nextOf = (afterMs: number) => Math.min(...tasks.map((t) => nextPollAt(t, afterMs, DEFAULT_SCHEDULE)));
          const { clock, pollWindow } = setUp((span) => {
            covered.push([span.afterMs, span.nowMs]);
            return { pending: tasks.length, nextDueMs: nextOf(span.nowMs) };
          });
          for (const [minute, lateMs] of lateness.entries()) {
            const startMs = firstMs + minute * MINUTE_MS;
            const atMs = startMs + lateMs;
            clock.advance(Math.max(0, atMs - clock.now()));
            await pollWindow({ segment, startMs, stopAtMs: atMs + 2 * MINUTE_MS });
          }
          const endMs = firstMs + lateness.length * MINUTE_MS;
          for (let pointMs = nextOf(firstMs - 1); pointMs < endMs; pointMs = nextOf(pointMs)) {
            const times = covered.filter(([afterMs, nowMs]) => afterMs < pointMs && pointMs <= nowMs).length;
            expect(times).toBe(1);
          }
        },
      ),
    );
  });

  it('polls a share by chance of a profile whose upstream could not keep up, and all again when it can', async () => {
    const busy = [
      { due: 100, polled: 20, withoutTurn: 80 },
      { due: 100, polled: 0, withoutTurn: 0 },
      { due: 100, polled: 40, withoutTurn: 0 },
    ];
    const quiet = { due: 2, polled: 2, withoutTurn: 0 };
    const seen: [number, number][] = [];
    const { clock, pollWindow } = setUp(({ shareOf }) => {
      seen.push([Number(shareOf('busy').toFixed(2)), shareOf('quiet')]);
      return { turns: new Map(Object.entries({ quiet, busy: busy.shift() ?? quiet })) };
    });
    for (let i = 0; i < 4; i += 1) {
      await pollWindow({ segment, stopAtMs: clock.now() + MINUTE_MS });
      clock.advance(MINUTE_MS);
    }
    expect(seen).toEqual([
      [1, 1],
      [0.22, 1],
      [0.44, 1],
      [0.88, 1],
    ]);
  });

  it('ends when a page cannot be read, without saying that it was covered', async () => {
    const { spans, metrics, pollWindow } = setUp(() => ({ isWhole: false, nextDueMs: START_MS + 1 }));
    const report = await pollWindow({ segment, stopAtMs: START_MS + MINUTE_MS });
    expect(spans).toHaveLength(1);
    expect(metrics.sums).not.toHaveProperty('SweepCompleted');
    expect(report.coveredUntilMs).toBeLessThan(START_MS);
  });

  it('begins where it is told to, and says where it ended', async () => {
    const { spans, pollWindow } = setUp(() => ({}));
    const afterMs = START_MS - 3 * MINUTE_MS;
    const report = await pollWindow({ segment, stopAtMs: START_MS + MINUTE_MS, afterMs });
    expect(spans[0]).toMatchObject({ afterMs, nowMs: START_MS });
    expect(report.coveredUntilMs).toBe(START_MS);
  });
});
