import { type BarColor, barOf } from '../bars/chart.ts';
import { drawBars } from '../bars/draw-bars.ts';
import type { Spread } from '../stats.ts';
import { NAMES, WAYS, type Way } from './ways.ts';

type Summary = Record<Way, { per_cpu_s: Spread }>;
export type SweepFigures = { tasks: number; rounds: number; latencyMs: number; instant: Summary; slow: Summary };

const COLORS: Record<Way, BarColor> = {
  handler: 'ours',
  floor: 'floor',
  sdk: 'peer',
  fetch: 'peer',
  sequential: 'peer',
};

/** Tasks that a CPU second polls, in each way. */
export function drawSweep({ tasks, rounds, latencyMs, instant, slow }: SweepFigures): string {
  return drawBars({
    title: `Tasks polled in a CPU second, of ${tasks.toLocaleString('en-US')} pending (more is better)`,
    panels: ['upstream answers at once', `upstream answers after ${latencyMs} ms`],
    sameScale: true,
    groups: [
      {
        rows: WAYS.map((way) => ({
          name: NAMES[way],
          color: COLORS[way],
          bars: [instant, slow].map((summary) => barOf(summary[way].per_cpu_s)),
        })),
      },
    ],
    note: `Medians of ${rounds} rounds; the lines go from the lowest to the highest round. The floor neither signs nor reads a database.`,
  });
}
