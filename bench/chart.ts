import { COLORS, escapeText, legend, round, svgDocument, text } from './svg.ts';

/** One set of points with a common look; `line` joins them. Labels stand beside their points. */
export type Series = {
  name: string;
  color: keyof typeof COLORS;
  line?: boolean;
  points: { x: number; y: number; label?: string; anchor?: 'start' | 'end'; dy?: number }[];
};

export type Axis = { label: string; from: number; to: number; ticks: number[]; log?: boolean; unit?: string };
export type Chart = { title: string; x: Axis; y: Axis; series: Series[] };

const WIDTH = 860;
const HEIGHT = 480;
const PLOT = { left: 70, right: 30, top: 64, bottom: 62 };

/** Points and lines over two axes, as a whole SVG document. */
export function drawChart(chart: Chart): string {
  const place = placer(chart);
  return svgDocument({ title: chart.title, width: WIDTH, height: HEIGHT, left: PLOT.left }, COLORS, [
    ...legend(chart.series, PLOT.left, 52),
    ...horizontalTicks(chart.x, place),
    ...verticalTicks(chart.y, place),
    ...chart.series.flatMap((series) => drawSeries(series, place)),
  ]);
}

type Placer = { x(value: number): number; y(value: number): number };

function placer({ x, y }: Chart): Placer {
  const share = (axis: Axis, value: number) => {
    const scale = axis.log ? Math.log : (plain: number) => plain;
    return (scale(value) - scale(axis.from)) / (scale(axis.to) - scale(axis.from));
  };
  return {
    x: (value) => round(PLOT.left + share(x, value) * (WIDTH - PLOT.left - PLOT.right)),
    y: (value) => round(HEIGHT - PLOT.bottom - share(y, value) * (HEIGHT - PLOT.top - PLOT.bottom)),
  };
}

function horizontalTicks(axis: Axis, place: Placer): string[] {
  const bottom = HEIGHT - PLOT.bottom;
  const ticks = axis.ticks.flatMap((tick) => [
    `<line class="grid" x1="${place.x(tick)}" x2="${place.x(tick)}" y1="${PLOT.top}" y2="${bottom}"/>`,
    text({ x: place.x(tick), y: bottom + 20, kind: 'note', anchor: 'middle' }, tickText(axis, tick)),
  ]);
  return [...ticks, text({ x: WIDTH / 2, y: HEIGHT - 16, kind: 'label', anchor: 'middle' }, axis.label)];
}

function verticalTicks(axis: Axis, place: Placer): string[] {
  const ticks = axis.ticks.flatMap((tick) => [
    `<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${place.y(tick)}" y2="${place.y(tick)}"/>`,
    text({ x: PLOT.left - 8, y: place.y(tick) + 4, kind: 'note', anchor: 'end' }, tickText(axis, tick)),
  ]);
  const middle = (HEIGHT + PLOT.top - PLOT.bottom) / 2;
  const label = `<text class="label" text-anchor="middle" transform="translate(18 ${middle}) rotate(-90)">${escapeText(axis.label)}</text>`;
  return [...ticks, label];
}

function drawSeries({ color, line, points }: Series, place: Placer): string[] {
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${place.x(x)} ${place.y(y)}`).join('');
  const dots = points.map(
    ({ x, y }) => `<circle class="${color}" cx="${place.x(x)}" cy="${place.y(y)}" r="${line ? 3.5 : 5.5}"/>`,
  );
  const labels = points.flatMap(({ x, y, label, anchor = 'start', dy = 4 }) => {
    if (label === undefined) return [];
    const beside = anchor === 'start' ? 10 : -10;
    return text({ x: place.x(x) + beside, y: place.y(y) + dy, kind: 'label', anchor }, label);
  });
  return [...(line ? [`<path class="line ${color}-line" d="${path}"/>`] : []), ...dots, ...labels];
}

const tickText = ({ unit = '' }: Axis, tick: number) => `${tick.toLocaleString('en-US')}${unit}`;
