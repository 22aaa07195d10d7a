import { drawBars } from '../bars/draw-bars.ts';

/** A way to keep what is pending, with its price: `dollars` a month by the tasks that come a day. */
export type DesignCost = { design: string; units: number; dollars: Record<'1000' | '100000', number> };

/** What a task's life writes, and what a month of all requests costs, in each design. */
export function drawUnits({ polls, costs }: { polls: number; costs: DesignCost[] }): string {
  return drawBars({
    title: `Writes of a task with ${polls} polls, and dollars a month for all requests (less is better)`,
    panels: ['write units a task', '$, 1,000 tasks a day', '$, 100,000 tasks a day'],
    groups: [
      {
        rows: costs.map(({ design, units, dollars }, i) => ({
          name: design,
          color: i === 0 ? 'ours' : 'peer',
          bars: [units, dollars['1000'], dollars['100000']].map((value) => ({ value })),
        })),
      },
    ],
    note: 'Units as DynamoDB Local counts them; prices of us-east-1, on demand, with a sweep every second while anything is pending.',
  });
}
