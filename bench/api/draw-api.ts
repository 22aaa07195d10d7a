import { type BarColor, barOf } from '../bars/chart.ts';
import { drawBars } from '../bars/draw-bars.ts';
import { spreadOf } from '../stats.ts';
import { KINDS, type Kind, NAMES, type RouteRuns, type Run } from './runs.ts';

const COLORS: Record<Kind, BarColor> = { ours: 'ours', on_dynalite: 'peer', same_calls: 'peer', one_put: 'floor' };

/** Rate and latency of our API beside the bare servers. */
export function drawApi(routes: RouteRuns[]): string {
  const barFor = (runs: Run[], what: keyof Run) => barOf(spreadOf(runs.map((run) => run[what])));
  return drawBars({
    title: 'Registrations, with the database in the server’s process',
    panels: ['tasks a CPU second (more is better)', 'p99 of POST /tasks, ms (less is better)'],
    groups: routes.map(({ path, perRequest, runs }) => ({
      name: `POST ${path}${perRequest > 1 ? `, ${perRequest} tasks a request` : ''}`,
      rows: KINDS.map((kind) => ({
        name: NAMES[kind],
        color: COLORS[kind],
        // A run has some twenty batches: there is no slowest hundredth of them.
        bars: [barFor(runs[kind], 'perCpuS'), ...(perRequest === 1 ? [barFor(runs[kind], 'p99Ms')] : [])],
      })),
    })),
    note: `Medians of ${routes[0]?.runs.ours.length} rounds; the lines go from the lowest to the highest. Each server is its own process.`,
  });
}
