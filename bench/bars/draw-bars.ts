import { legend, round, svgDocument, text } from '../svg.ts';
import type { BarAxis } from './axis.ts';
import { BAR_COLORS, type Bar, type BarChart, type BarColor, type BarRow } from './chart.ts';
import { describeBars, shortNumber } from './describe.ts';
import { type BarLayout, type BarPanel, LEFT, LEGEND_HEIGHT, layOutBars, legendLines, WIDTH } from './layout.ts';

const BAR_HEIGHT = 15;

/** The chart as a whole SVG document. */
export function drawBars(chart: BarChart): string {
  const layout = layOutBars(chart);
  const { title, note } = chart;
  const height = layout.bottom + 58;
  return svgDocument({ title, description: describeBars(chart), width: WIDTH, height, left: LEFT }, BAR_COLORS, [
    ...legendLines(chart).flatMap((entries, i) => legend(entries, LEFT, 54 + i * LEGEND_HEIGHT)),
    ...layout.panels.flatMap((panel) => drawAxis(panel, layout)),
    ...layout.lines.flatMap((line) => {
      if ('row' in line) return drawRow(line.row, line.y, { chart, layout });
      return [text({ x: LEFT, y: line.y, kind: 'note', anchor: 'start' }, line.heading)];
    }),
    text({ x: LEFT, y: layout.bottom + 44, kind: 'note', anchor: 'start' }, note),
  ]);
}

function drawAxis({ title, axis }: BarPanel, { top, bottom }: BarLayout): string[] {
  const ticks = axis.ticks.flatMap((tick) => [
    `<line class="grid" x1="${axis.x(tick)}" x2="${axis.x(tick)}" y1="${top}" y2="${bottom}"/>`,
    text({ x: axis.x(tick), y: bottom + 18, kind: 'note', anchor: 'middle' }, shortNumber(tick)),
  ]);
  return [...ticks, text({ x: axis.x(0), y: top - 8, kind: 'label', anchor: 'start' }, title)];
}

function drawRow(row: BarRow, y: number, { chart, layout }: { chart: BarChart; layout: BarLayout }): string[] {
  const colorOf = (part: string) => chart.legend?.find(({ name }) => name === part)?.color ?? row.color;
  return [
    text({ x: LEFT, y: y + 4, kind: 'label', anchor: 'start' }, row.name),
    ...layout.panels.flatMap(({ axis }, i) => {
      const bar = row.bars[i];
      return bar === undefined ? [] : [...drawBoxes(bar, { axis, y, colorOf }), ...drawNumber(bar, axis, y)];
    }),
  ];
}

type BoxPlace = { axis: BarAxis; y: number; colorOf(part: string): BarColor };

function drawBoxes({ value, parts = [{ name: '', value }] }: Bar, { axis, y, colorOf }: BoxPlace): string[] {
  let sum = 0;
  return parts.map((part) => {
    const from = axis.x(sum);
    sum += part.value;
    const box = `x="${from}" y="${y - BAR_HEIGHT / 2}" width="${round(axis.x(sum) - from)}" height="${BAR_HEIGHT}"`;
    return `<rect class="${colorOf(part.name)}" ${box}/>`;
  });
}

/** The number behind the bar, and the line from the lowest to the highest round, if there were several. */
function drawNumber({ value, spread }: Bar, axis: BarAxis, y: number): string[] {
  const number = text(
    { x: axis.x(spread?.most ?? value) + 6, y: y + 4, kind: 'note', anchor: 'start' },
    shortNumber(value),
  );
  if (spread === undefined) return [number];
  const [from, to] = [axis.x(spread.least), axis.x(spread.most)];
  const path = `M${from} ${y}H${to}M${from} ${y - 4}V${y + 4}M${to} ${y - 4}V${y + 4}`;
  // The wider one under it sets the line off from the bar.
  const line = (color: BarColor, width: number) => `<path class="${color}-line" stroke-width="${width}" d="${path}"/>`;
  return [line('halo', 4), line('spread', 1.5), number];
}
