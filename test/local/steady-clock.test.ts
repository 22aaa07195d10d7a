import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockStep, createSteadyClock } from '../../local/steady-clock.ts';

const START_MS = Date.UTC(2026, 10, 24, 12);
const MINUTE_MS = 60_000;

function setUp({ lastMs = 0 } = {}) {
  const hands = { wall: START_MS, mono: 5_000 };
  const warnings: [string, unknown][] = [];
  const forward: ClockStep[] = [];
  const clock = createSteadyClock({
    machine: { now: () => hands.wall, sleep: async () => {} },
    monotonicMs: () => hands.mono,
    log: { warn: (message, fields) => void warnings.push([message, fields?.seconds]) },
  });
  clock.continueFrom(lastMs);
  clock.onForward((step) => void forward.push(step));
  const pass = (ms: number, stepMs = 0) => {
    hands.wall += ms + stepMs;
    hands.mono += ms;
    return clock.now();
  };
  return { clock, hands, warnings, forward, pass };
}

describe('the steady clock', () => {
  it("is the machine's while nobody sets that", () => {
    const { pass, hands, warnings } = setUp();
    for (let i = 0; i < 100; i++) expect(pass(1_000, i % 2 ? 400 : -400)).toBeGreaterThanOrEqual(hands.wall);
    expect(pass(1_000)).toBe(hands.wall);
    expect(warnings).toEqual([]);
  });

  it('continues when the clock is set back by ten minutes, says so once, and is caught up after a hundred', () => {
    const { pass, hands, warnings } = setUp();
    expect(pass(1_000, -10 * MINUTE_MS)).toBe(START_MS + 900);
    expect(pass(MINUTE_MS)).toBe(START_MS + 900 + 54_000);
    for (let minute = 0; minute < 99; minute++) pass(MINUTE_MS);
    expect(pass(MINUTE_MS)).toBe(hands.wall);
    expect(warnings).toEqual([["The machine's clock was set back. Polling and deliveries continue", 600]]);
  });

  it('continues from the last time that was written, when the clock was set back between two starts', () => {
    const { clock, pass, warnings } = setUp({ lastMs: START_MS + 10 * MINUTE_MS });
    expect(clock.now()).toBe(START_MS + 10 * MINUTE_MS);
    expect(pass(10_000)).toBe(START_MS + 10 * MINUTE_MS + 9_000);
    expect(warnings).toHaveLength(1);
  });

  it('follows a step forward at once, says so once, and names both times', () => {
    const { pass, hands, warnings, forward } = setUp();
    expect(pass(1_000, 2 * 60 * MINUTE_MS)).toBe(hands.wall);
    pass(1_000);
    expect(warnings).toEqual([["The machine's clock went forward, or the machine slept", 7_200]]);
    expect(forward).toEqual([{ fromMs: START_MS, toMs: START_MS + 1_000 + 120 * MINUTE_MS }]);
  });

  it('never goes back, and is never behind the machine, whatever is done to that', () => {
    const move = fc.record({ ms: fc.nat(100_000), stepMs: fc.integer({ min: -1e6, max: 1e6 }) });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const { clock, hands, pass } = setUp();
        let last = clock.now();
        for (const { ms, stepMs } of moves) {
          const now = pass(ms, stepMs);
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now).toBeGreaterThanOrEqual(hands.wall);
          last = now;
        }
      }),
    );
  });
});
