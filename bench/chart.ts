/** One set of points with a common look; `line` joins them. Labels stand beside their points. */
export type Series = {
  name: string;
  color: keyof typeof COLORS;
  line?: boolean;
  points: { x: number; y: number; label?: string; anchor?: 'start' | 'end'; dy?: number }[];
};

export type Axis = { label: string; from: number; to: number; ticks: number[]; log?: boolean; unit?: string };
export type Chart = { title: string; x: Axis; y: Axis; series: Series[] };

/** Light and dark by the reader's own setting: GitHub shows the image in an `<img>`, where media queries work. */
const COLORS = {
  ours: { light: '#0969da', dark: '#4493f8' },
  learned: { light: '#1a7f37', dark: '#3fb950' },
  peer: { light: '#bc4c00', dark: '#f0883e' },
  floor: { light: '#6e7781', dark: '#8b949e' },
};

const WIDTH = 860;
const HEIGHT = 480;
const PLOT = { left: 70, right: 30, top: 64, bottom: 62 };

/** An SVG document without scripts, fonts or links to elsewhere. */
export function drawChart(chart: Chart): string {
  const place = placer(chart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(chart.title)}">`,
    styleSheet(),
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    text({ x: PLOT.left, y: 30, kind: 'title', anchor: 'start' }, chart.title),
    ...legend(chart.series),
    ...horizontalTicks(chart.x, place),
    ...verticalTicks(chart.y, place),
    ...chart.series.flatMap((series) => drawSeries(series, place)),
    '</svg>',
    '',
  ].join('\n');
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

function styleSheet(): string {
  const rules = (theme: 'light' | 'dark') =>
    Object.entries(COLORS)
      .map(([name, color]) => `.${name}{fill:${color[theme]}}.${name}-line{stroke:${color[theme]}}`)
      .join('');
  return `<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:17px;font-weight:600}.note{font-size:12px;fill:#59636e}
.paper{fill:#ffffff}.grid{stroke:#d1d9e0;stroke-width:1}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}${rules('light')}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.note{fill:#9198a1}.paper{fill:#0d1117}.grid{stroke:#3d444d}${rules('dark')}}
</style>`;
}

function legend(series: Series[]): string[] {
  let x = PLOT.left;
  return series.flatMap(({ name, color }) => {
    const at = x;
    x += 30 + name.length * 7;
    return [
      `<circle class="${color}" cx="${at + 6}" cy="48" r="5"/>`,
      text({ x: at + 17, y: 52, kind: 'note', anchor: 'start' }, name),
    ];
  });
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

type TextPlace = { x: number; y: number; kind: string; anchor: 'start' | 'middle' | 'end' };

function text({ x, y, kind, anchor }: TextPlace, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeText(content)}</text>`;
}

const tickText = ({ unit = '' }: Axis, tick: number) => `${tick.toLocaleString('en-US')}${unit}`;
const round = (value: number) => Math.round(value * 10) / 10;
const escapeText = (content: string) =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
