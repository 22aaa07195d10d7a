import { describe, expect, it } from 'vitest';
import { barAxis } from '../../bench/bars/axis.ts';
import type { BarChart } from '../../bench/bars/chart.ts';
import { drawBars } from '../../bench/bars/draw-bars.ts';

const CHART: BarChart = {
  title: 'Tasks & rounds',
  panels: ['at once', 'later'],
  groups: [
    {
      name: 'a group',
      rows: [
        { name: 'ours', color: 'ours', bars: [{ value: 4, spread: { median: 4, least: 3, most: 6 } }, { value: 1 }] },
        { name: 'sum', color: 'floor', bars: [{ value: 5, parts: [{ name: 'zod', value: 5 }] }, { value: 0.5 }] },
      ],
    },
  ],
  legend: [{ name: 'zod', color: 'yellow' }],
  note: 'Medians.',
};

describe('an axis of bars', () => {
  const ticksTo = (most: number) => barAxis(most, { left: 0, width: 300 }).ticks;

  it('has round numbers, and ends at the longest bar or a little above it', () => {
    expect(ticksTo(18_647)).toEqual([0, 10_000, 20_000]);
    expect(ticksTo(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksTo(24)).toEqual([0, 10, 20, 30]);
  });

  it('is there for nothing but zeros too', () => {
    expect(ticksTo(0)).toEqual([0, 1]);
  });
});

describe('a chart of bars', () => {
  const svg = drawBars(CHART);

  it('says every number in its description', () => {
    const [, description] = /<desc>(.*)<\/desc>/.exec(svg) ?? [];
    expect(description).toBe(
      'a group, ours: at once 4 (3 to 6); later 1. a group, sum: at once 5 (zod 5); later 0.5. Medians.',
    );
  });

  it('has its title as its label, escaped', () => {
    expect(svg).toContain('role="img" aria-label="Tasks &amp; rounds"');
  });

  it('draws the parts in their colours, and a line where there were rounds', () => {
    expect(svg.match(/<rect class="yellow"/g)).toHaveLength(1);
    expect(svg.match(/<path class="spread-line"/g)).toHaveLength(1);
  });

  it('draws the same value equally long in panels of the same scale', () => {
    const widths = (chart: BarChart) => [...drawBars(chart).matchAll(/<rect class="ours".*width="([\d.]+)"/g)];
    const same = {
      ...CHART,
      groups: [{ rows: [{ name: 'x', color: 'ours' as const, bars: [{ value: 5 }, { value: 9 }] }] }],
    };
    const [own = 0, other = 0] = widths({ ...same, sameScale: true }).map(([, width]) => Number(width));
    expect(own / other).toBeCloseTo(5 / 9, 2);
  });
});
