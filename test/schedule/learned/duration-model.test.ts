import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DurationModel,
  type DurationSample,
  learnDurations,
} from '../../../functions/schedule/learned/duration-model.ts';
import { countSinceShift } from '../../../functions/schedule/learned/duration-shift.ts';
import { planPolls } from '../../../functions/schedule/learned/poll-plan.ts';
import { DEFAULT_SCHEDULE } from '../../../functions/schedule/schedule.ts';

/** `count` ends spread evenly over ±10 % of `aroundMs`, each known to within a fifth of its age. */
function endsAround(aroundMs: number, count: number): DurationSample[] {
  return Array.from({ length: count }, (_, i) => {
    const end = aroundMs * (0.9 + (0.2 * ((i * 7) % count)) / count);
    return { afterMs: end * 0.9, byMs: end * 1.1 };
  });
}

function massBetween({ ages, mass }: DurationModel, fromMs: number, toMs: number): number {
  return mass.reduce((sum, share, i) => ((ages[i] ?? 0) > fromMs && (ages[i] ?? 0) <= toMs ? sum + share : sum), 0);
}

describe('learning durations', () => {
  it('knows nothing from fewer than a dozen samples', () => {
    expect(learnDurations(endsAround(60_000, 11))).toBeUndefined();
    expect(learnDurations(endsAround(60_000, 12))?.samples).toBe(12);
  });

  it('is a distribution, whatever the samples', () => {
    const sample = fc.tuple(fc.nat(4_000_000), fc.integer({ min: 1, max: 4_000_000 }));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 12, maxLength: 250 }), (pairs) => {
        const model = learnDurations(pairs.map(([afterMs, wait]) => ({ afterMs, byMs: afterMs + wait })));
        if (!model) return;
        expect(model.ages.every((age, i) => i === 0 || age > (model.ages[i - 1] ?? 0))).toBe(true);
        expect(model.mass.every((share) => share >= 0)).toBe(true);
        expect(massBetween(model, -1, Number.POSITIVE_INFINITY)).toBeCloseTo(1, 1);
      }),
      { numRuns: 50 },
    );
  });

  it('finds where tasks end between the polls, and gives no age up', () => {
    const model = learnDurations(endsAround(60_000, 100));
    if (!model) throw new Error('nothing learned');
    expect(massBetween(model, 45_000, 80_000)).toBeGreaterThan(0.95);
    expect(model.mass.slice(1).every((share) => share > 0)).toBe(true);
  });

  it('forgets the older samples when the newest do not look like them', () => {
    const changed = learnDurations([...endsAround(10_000, 20), ...endsAround(600_000, 150)]);
    expect(changed?.samples).toBe(16);
    expect(changed && massBetween(changed, 8_000, 13_000)).toBeGreaterThan(0.8);
  });

  it('knows nothing while too few samples are newer than the change', () => {
    expect(learnDurations([...endsAround(10_000, 8), ...endsAround(600_000, 150)])).toBeUndefined();
  });

  it('takes two halves of one world for the same', () => {
    const values = Array.from({ length: 200 }, (_, i) => (i * 73) % 200);
    expect(countSinceShift(values)).toBeUndefined();
    expect(countSinceShift(values.map((value, i) => (i < 30 ? value + 120 : value)))).toBe(32);
  });

  it('plans few polls before the usual end and many around it', () => {
    const model = learnDurations(endsAround(60_000, 100));
    const plan = model ? planPolls(model, DEFAULT_SCHEDULE) : [];
    const countWithin = (from: number, to: number) => plan.filter((age) => age >= from && age < to).length;
    // Whatever the model believes, a poll comes when the age has doubled.
    expect(countWithin(1, 50_000)).toBeLessThanOrEqual(5);
    expect(countWithin(50_000, 72_000)).toBeGreaterThanOrEqual(6);
  });
});
