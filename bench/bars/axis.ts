import { round } from '../svg.ts';

/** A horizontal axis from zero. */
export type BarAxis = { ticks: number[]; x(value: number): number };

/** Room for the number behind the longest bar. */
const LABEL_WIDTH = 50;
const MOST_STEPS = 3;

/** The axis in `width` pixels from `left` on, with round numbers up to `most` or a little more. */
export function barAxis(most: number, { left, width }: { left: number; width: number }): BarAxis {
  const step = roundStep(most / MOST_STEPS);
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  // 3 × 0.1 is not 0.3 to a computer, but it is to a reader.
  const ticks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  return { ticks, x: (value) => round(left + (value / (steps * step)) * (width - LABEL_WIDTH)) };
}

/** The least of 1, 2 and 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
}
